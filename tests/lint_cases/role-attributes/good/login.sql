-- LOGIN alone
create role authenticator login noinherit;
