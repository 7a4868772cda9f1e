-- speaking of rempart is no suppression
-- rempart judges this file
create schema app;
