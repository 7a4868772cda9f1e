-- tables nobody sees here
import foreign schema remote from server other into app;
