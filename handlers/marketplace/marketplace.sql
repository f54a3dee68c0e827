-- Queries about buying and selling. Tables: sql/0142_marketplace_sale.sql.

-- A course as somebody may buy it. id_new: for the particulars on the invoice.
-- checkout(slug text, person uuid, code text) -> one
--   id uuid, slug text, title text, summary text, status text, price i64, currency text,
--   opens_at time?, own bool, taken bool, missing i64, wallet i64, off i64, coupon_problem text?,
--   tax_bps i32, tax i64, full_over i64, id_new uuid
select c.id, c.slug, c.title, c.summary, c.status, c.price, c.currency, c.opens_at,
       c.instructor_id = $2 as own,
       exists (select from learning.enrolment_public e where e.course_id = c.id and e.person_id = $2
           and e.status <> 'DROPPED') as taken,
       (select count(*) from course.prerequisite_public p
         where p.course_id = c.id and p.strict and not exists (select from learning.enrolment_public d
             where d.person_id = $2 and d.course_id = p.required_id and d.status = 'COMPLETED'))
           as missing,
       coalesce((select a.balance from ledger.account_public a
         where a.code = 'user:' || $2 || ':wallet:ZAR'), 0) as wallet,
       q.off, q.problem as coupon_problem, t.bps as tax_bps,
       tax.inside(c.price - q.off, t.bps) as tax, u.full_over, host.uuid7() as id_new
  from course.course_public c
  cross join lateral marketplace.coupon_quote($3, c.id) q
  cross join lateral (select tax.bps_at('STANDARD', host.now()) as bps) t
  join tax.rule_public u on u.country = 'ZA' and u.current
 where c.slug = $1;

-- party_add(id uuid, person uuid, sealed bytes, vat bool) -> exec
insert into receipt.party_public (id, person_id, sealed, vat_registered) values ($1, $2, $3, $4);

-- sale_start(course uuid, code text, wallet i64, party uuid?) -> one
--   id uuid, status text, price i64, rest i64
select id, status, price, rest from marketplace.sale_start($1, $2, $3, $4);

-- The same with the payment of its rest: one statement, each step on what the one before made.
-- sale_open(course uuid, code text, wallet i64, party uuid?, title text, currency text, provider text) -> one
--   id uuid, status text, price i64, rest i64, payment uuid, payment_status text, href text?
select s.id, s.status, s.price, s.rest, p.id as payment, p.status as payment_status, p.href
  from marketplace.sale_start($1, $2, $3, $4) s
 cross join lateral payment.open(host.uid(), s.rest, $6, 'COURSE', s.id, $5, '/purchases/' || s.id,
           $7, null, 'sale:' || s.id) p
 cross join lateral marketplace.sale_payment(s.id, p.id) l;

-- sale_cancel(sale uuid) -> one
--   found bool
select marketplace.sale_cancel($1) as found;

-- purchase_list(person uuid, limit i64, offset i64) -> many
--   id uuid, slug text, title text, status text, price i64, back i64, currency text,
--   created_at time, paid_at time?
select s.id, c.slug, s.course_title as title, s.status, s.price, s.back, s.currency, s.created_at,
       s.paid_at
  from marketplace.sale s
  join course.course_public c on c.id = s.course_id
 where s.buyer_id = $1 and (s.status <> 'CANCELLED' or s.credited)
 order by s.created_at desc, s.id
 limit $2 offset $3;

-- purchase_count(person uuid) -> one
--   total i64
select count(*) as total from marketplace.sale
 where buyer_id = $1 and (status <> 'CANCELLED' or credited);

-- One sale: of the buyer, or of anybody for ADMIN.
-- sale_show(id uuid, person uuid, admin bool) -> one
--   id uuid, course_id uuid, slug text, title text, buyer_id uuid, seller_id uuid, status text,
--   list_price i64, discount i64, price i64, tax i64, currency text, coupon text?, wallet_part i64,
--   payment_id uuid?, fee i64, tier text, share_bps i32, share i64, back i64, back_tax i64,
--   back_share i64, back_provider i64, lot i64, matures_at time?, disputed bool, credited bool,
--   burn text, burned i64, created_at time, paid_at time?, percent i32, days_left i64, percent_max i32,
--   seller text?
select s.id, s.course_id, c.slug, s.course_title as title, s.buyer_id, s.seller_id, s.status,
       s.list_price, s.discount, s.price, s.tax, s.currency, k.code as coupon, s.wallet_part,
       s.payment_id, s.fee, s.tier, s.share_bps, s.share, s.back, s.back_tax, s.back_share,
       coalesce((select sum(f.amount) from marketplace.refund f where f.sale_id = s.id
           and f.target = 'PROVIDER' and f.status <> 'FAILED'), 0)::int8 as back_provider,
       s.lot, s.matures_at, s.disputed, s.credited, s.burn,
       coalesce((select sum(e.amount) from ledger.entry_public e where e.ref_id = s.id
           and e.kind = 'BURN' and e.code = 'supply:burn:AZR'), 0)::int8 as burned,
       s.created_at, s.paid_at, coalesce(n.percent, 0) as percent,
       coalesce(u.refund_days - floor(extract(epoch from host.now() - s.paid_at) / 86400)::int8, 0)::int8
           as days_left, u.refund_percent as percent_max, a.display_name as seller
  from marketplace.sale s
  join course.course_public c on c.id = s.course_id
  join marketplace.rule u on u.valid @> host.now()
  left join marketplace.coupon k on k.id = s.coupon_id
  left join identity.author_public a on a.id = s.seller_id
  left join learning.enrolment_public n on n.person_id = s.buyer_id and n.course_id = s.course_id
 where s.id = $1 and (s.buyer_id = $2 or $3);

-- sale_refunds(sale uuid) -> many
--   id uuid, kind text, target text, status text, amount i64, share i64, from_lot i64,
--   from_available i64, from_debt i64, reason text?, created_at time, document_id uuid?
select id, kind, target, status, amount, share, from_lot, from_available, from_debt, reason,
       created_at, document_id
  from marketplace.refund where sale_id = $1 order by created_at, id;

-- sale_documents(sale uuid) -> many
--   id uuid, code text, form text, gross i64, issued_at time, ready bool
select d.id, d.code, d.form, d.gross, d.issued_at, d.rendered_at is not null as ready
  from receipt.document_public d
 where d.ref_id = $1 or d.ref_id in (select f.id from marketplace.refund f where f.sale_id = $1)
 order by d.issued_at, d.code;

-- What came for the sale too late, and is in the wallet or on its way back.
-- sale_credits(sale uuid) -> many
--   payment_id uuid, amount i64, back i64, created_at time
select payment_id, amount, back, created_at from marketplace.credit where sale_id = $1
 order by created_at, payment_id;

-- refund_wallet(sale uuid, amount i64, reason text?, key text) -> one
--   id uuid
select marketplace.refund_wallet($1, $2, $3, $4) as id;

-- refund_check(sale uuid) -> exec
select marketplace.refund_check($1);

-- ---- the educator ---------------------------------------------------------------------

-- seller_balances(person uuid) -> one
--   pending i64, available i64, in_transit i64, debt i64
select coalesce(sum(a.balance) filter (where a.code like '%:pending:ZAR'), 0)::int8 as pending,
       coalesce(sum(a.balance) filter (where a.code like '%:available:ZAR'), 0)::int8 as available,
       coalesce(sum(a.balance) filter (where a.code like '%:in_transit:ZAR'), 0)::int8 as in_transit,
       coalesce(-sum(a.balance) filter (where a.code like '%:debt:ZAR'), 0)::int8 as debt
  from ledger.account_public a
 where a.owner_id = $1 and a.code like 'instructor:%';

-- seller_sales(person uuid, limit i64, offset i64) -> many
--   id uuid, slug text, title text, status text, price i64, tax i64, fee i64, share_bps i32,
--   share i64, back i64, back_share i64, lot i64, matures_at time?, disputed bool, paid_at time
select s.id, c.slug, s.course_title as title, s.status, s.price, s.tax, s.fee, s.share_bps, s.share,
       s.back, s.back_share, s.lot, s.matures_at, s.disputed, s.paid_at
  from marketplace.sale s
  join course.course_public c on c.id = s.course_id
 where s.seller_id = $1 and s.paid_at is not null
 order by s.paid_at desc, s.id
 limit $2 offset $3;

-- seller_count(person uuid) -> one
--   total i64
select count(*) as total from marketplace.sale where seller_id = $1 and paid_at is not null;

-- Twelve months, oldest first.
-- seller_months(person uuid) -> many
--   month text, sales i64, share i64
select to_char(m, 'YYYY-MM') as month, count(s.id) as sales,
       coalesce(sum(s.share - s.back_share), 0)::int8 as share
  from generate_series(date_trunc('month', host.now() at time zone 'Africa/Johannesburg')
       - interval '11 months', date_trunc('month', host.now() at time zone 'Africa/Johannesburg'),
       interval '1 month') m
  left join marketplace.sale s on s.seller_id = $1 and s.paid_at is not null
   and date_trunc('month', s.paid_at at time zone 'Africa/Johannesburg') = m
 group by m order by m;

-- seller_courses(person uuid) -> many
--   slug text, title text, sales i64, earned i64, pending i64
select c.slug, c.title, e.sales, e.total_earnings as earned, e.pending_earnings as pending
  from marketplace.instructor_earnings e
  join course.course_public c on c.id = e.course_id
 where e.instructor_id = $1
 order by e.total_earnings desc limit 50;

-- Every movement of the educator's accounts in a month, oldest first: account by account,
-- through the two indexes of entries (docs/money.md on the barrier).
-- seller_statement(person uuid, month text) -> many
--   at time, kind text, code text, amount i64, ref_id uuid?
select e.effective_at as at, e.kind, e.code, e.amount, e.ref_id
  from ledger.account_public a
 cross join lateral (
       (select x.* from ledger.entry_public x
         where x.account_id = a.id and x.currency = a.currency and x.version is not null offset 0)
       union all
       (select x.* from ledger.entry_public x
         where x.account_id = a.id and x.currency = a.currency and x.version is null offset 0)) e
 where a.owner_id = $1 and a.code like 'instructor:%'
   and e.effective_at >= to_date($2, 'YYYY-MM')::timestamp at time zone 'Africa/Johannesburg'
   and e.effective_at < (to_date($2, 'YYYY-MM') + interval '1 month')::timestamp
       at time zone 'Africa/Johannesburg'
 order by e.txn_id, e.seq
 limit 5000;

-- ---- administration ---------------------------------------------------------------------

-- admin_sales(status text?, q text?, limit i64, offset i64) -> many
--   id uuid, title text, status text, price i64, back i64, currency text, buyer_id uuid,
--   disputed bool, created_at time, paid_at time?
select s.id, s.course_title as title, s.status, s.price, s.back, s.currency, s.buyer_id, s.disputed,
       s.created_at, s.paid_at
  from marketplace.sale s
 where (($1::text is null) or ($1 = 'DISPUTED' and s.disputed) or s.status = $1)
   and ($2::text is null or s.course_title ilike '%' || replace($2, '%', '') || '%'
        or s.id::text = $2 or s.payment_id::text = $2)
 order by coalesce(s.paid_at, s.created_at) desc, s.id
 limit $3 offset $4;

-- admin_sales_count(status text?, q text?) -> one
--   total i64
select count(*) as total from marketplace.sale s
 where (($1::text is null) or ($1 = 'DISPUTED' and s.disputed) or s.status = $1)
   and ($2::text is null or s.course_title ilike '%' || replace($2, '%', '') || '%'
        or s.id::text = $2 or s.payment_id::text = $2);

-- admin_figures() -> one
--   sales i64, gross i64, back i64, tax i64, share i64, disputed i64, burns_waiting i64
select count(*) as sales, coalesce(sum(price), 0)::int8 as gross, coalesce(sum(back), 0)::int8 as back,
       coalesce(sum(tax - back_tax), 0)::int8 as tax,
       coalesce(sum(share - back_share), 0)::int8 as share,
       count(*) filter (where disputed) as disputed,
       count(*) filter (where burn = 'PENDING') as burns_waiting
  from marketplace.sale where paid_at > host.now() - interval '30 days';

-- admin_rates() -> many
--   tier text, share_bps i32, burn_bps i32, hold_days i32, fee_first bool, from_at time,
--   until_at time?, current bool
select tier, share_bps, burn_bps, hold_days, fee_first, lower(valid) as from_at,
       upper(valid) as until_at, valid @> host.now() as current
  from marketplace.rate order by tier, lower(valid) desc;

-- admin_azr() -> many
--   micro_rand i64, from_at time, until_at time?, current bool
select micro_rand, lower(valid) as from_at, upper(valid) as until_at, valid @> host.now() as current
  from marketplace.azr_rate order by lower(valid) desc limit 20;

-- Sellers of another plan than PRO.
-- admin_sellers() -> many
--   person_id uuid, name text?, tier text, updated_at time
select s.person_id, a.display_name as name, s.tier, s.updated_at
  from marketplace.seller s left join identity.author_public a on a.id = s.person_id
 where s.tier <> 'PRO' order by s.updated_at desc, s.person_id limit 100;

-- seller_tier(person uuid, tier text) -> exec
select marketplace.seller_tier($1, $2);

-- rate_set(tier text, share i64, burn i64, days i64, fee_first bool, from_day date) -> one
--   id uuid
select marketplace.rate_set($1, $2::int4, $3::int4, $4::int4, $5,
       $6::date::timestamp at time zone 'Africa/Johannesburg') as id;

-- azr_rate_set(micro i64, days i64) -> one
--   id uuid
select marketplace.azr_rate_set($1, $2::int4) as id;

-- ---- jobs ---------------------------------------------------------------------------------

-- sale_mature() -> one
--   done i32
select marketplace.mature(500) as done;

-- sale_sweep() -> one
--   done i32
select marketplace.sweep(500) as done;

-- A sale and, when there is one, the refund that is told of.
-- sale_mail(id uuid, refund uuid?) -> one
--   buyer_id uuid, seller_id uuid, slug text, title text, price i64, currency text, share i64,
--   back i64, back_share i64
select s.buyer_id, s.seller_id, c.slug, s.course_title as title, s.price, s.currency, s.share,
       coalesce(f.amount, 0) as back, coalesce(f.share, 0) as back_share
  from marketplace.sale s
  join course.course_public c on c.id = s.course_id
  left join marketplace.refund f on f.id = $2 and f.sale_id = s.id
 where s.id = $1;

-- demo_sale(buyer uuid, code text, days i64, rating i64, comment text?, author text) -> one
--   done bool
select marketplace.demo_sale($1, $2, $3::int4, $4::int4, $5, $6) as done;

-- demo_bank(person uuid, sealed bytes, last4 text, bank text) -> exec
select marketplace.demo_bank($1, $2, $3, $4);

-- ---- a person's own data ------------------------------------------------------------------

-- sale_export(person uuid) -> many
--   id uuid, course_title text, status text, price i64, tax i64, back i64, created_at time
select id, course_title, status, price, tax, back, created_at
  from marketplace.sale where buyer_id = $1 or seller_id = $1 order by created_at;

-- refund_export(person uuid) -> many
--   sale_id uuid, amount i64, status text, reason text?, created_at time
select f.sale_id, f.amount, f.status, f.reason, f.created_at
  from marketplace.refund f join marketplace.sale s on s.id = f.sale_id
 where s.buyer_id = $1 or f.asked_by = $1 order by f.created_at;

-- seller_export(person uuid) -> many
--   tier text, updated_at time
select tier, updated_at from marketplace.seller where person_id = $1;
