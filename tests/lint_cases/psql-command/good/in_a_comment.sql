-- \i other.sql in a comment is text
create schema app; /* \gexec */
