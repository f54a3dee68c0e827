-- Plans of the posting functions are made once per connection: an SQL body is
-- planned at every call, and arrays of unknown length make PostgreSQL prefer a
-- new plan each time.

create or replace function ledger.post(kind text, idem text, accounts int8[], amounts int8[],
	effective_at timestamptz, ref_type text, ref_id uuid, reverses int8, meta jsonb)
	returns table (txn_id int8, replayed boolean)
	language plpgsql volatile security definer rows 1 set search_path = '' as $$
begin
	select p.txn_id, p.replayed into post.txn_id, post.replayed
	  from ledger.post_inner(kind, idem, accounts, amounts, effective_at, ref_type, ref_id, reverses, meta, false) p;
	return next;
end $$;
alter function ledger.post_many(jsonb) set plan_cache_mode = 'force_generic_plan';
alter function ledger.post_flat(int4[], int8[], int4[], int4[], int8[], int8[]) set plan_cache_mode = 'force_generic_plan';
