"""The builds of the application, and what a revision may not take from them."""
