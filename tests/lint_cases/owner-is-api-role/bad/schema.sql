-- a schema
create schema rapports authorization authenticated;
