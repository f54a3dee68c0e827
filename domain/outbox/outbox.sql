-- event_add(type text, source text, key text?, data json) -> exec
select host.event_add($1, $2, $3, $4);
