{{!-- The pages of administration share these tabs. filters(list): items .label .href .on --}}<?cs
def:admin_tabs() ?><nav class="tabs" aria-label="{{admin.tabs}}"><?cs
call:place("/admin", "chart", "{{nav.overview}}", #0) ?><?cs
call:place("/admin/users", "users", "{{nav.people}}", #0) ?><?cs
call:place("/admin/payments", "card", "{{nav.payments}}", #0) ?><?cs
call:place("/admin/ledger", "layers", "{{ledger.title}}", #0) ?><?cs
call:place("/admin/jobs", "server", "{{admin.jobs}}", #0) ?><?cs
call:place("/admin/mail", "mail", "{{admin.mail}}", #0) ?><?cs
call:place("/admin/cache", "server", "{{admin.cache}}", #0) ?><?cs
call:place("/admin/system", "server", "{{nav.system}}", #0) ?><?cs
call:place("/admin/sales", "chart", "{{sales.title}}", #0) ?><?cs
call:place("/admin/payouts", "upload", "{{payout.title}}", #0) ?><?cs
call:place("/admin/reviews", "star", "{{review.title}}", #0) ?><?cs
call:place("/admin/rates", "chart", "{{rates.title}}", #0) ?><?cs
call:place("/admin/tax", "text", "{{tax.title}}", #0) ?><?cs
call:place("/admin/audit", "shield", "{{admin.audit}}", #0) ?></nav><?cs /def ?><?cs

def:filters(list, label) ?><div class="chips" role="group" aria-label="<?cs var:label ?>"><?cs each:f = list ?><a class="chip<?cs if:f.on ?> on<?cs /if ?>" href="<?cs var:url_validate(f.href) ?>"<?cs if:f.on ?> aria-current="true"<?cs /if ?>><?cs var:f.label ?></a><?cs /each ?></div><?cs /def ?>
