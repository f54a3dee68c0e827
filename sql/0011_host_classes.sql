-- Classes of the columns of host.idempotency that had none.
select host.classify('host.idempotency', 'internal');
