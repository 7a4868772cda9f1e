-- a quote that never closes
comment on schema app is 'L'intérieur';
