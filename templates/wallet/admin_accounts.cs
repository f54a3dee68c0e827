{{!-- GET /admin/ledger. view.q; view.items.N .id .link.href .code .class .mode .balance .closed;
view.totals.N .currency .class .balance; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/wallet.cs" ?>
<div class="wrap"><div class="stack">
<h1>{{ledger.title}}</h1><?cs call:admin_tabs() ?><?cs call:ledger_tabs() ?>
<form class="row" role="search" action="/admin/ledger"><div class="search"><label class="sr" for="q">{{ledger.search}}</label>{{icon.search}}<input class="input" type="search" id="q" name="q" maxlength="120" value="<?cs var:view.q ?>" placeholder="{{ledger.search}}"></div><button class="button primary">{{nav.search.do}}</button></form>
<p class="muted small" role="status">{{ledger.count n=view.page.total total=view.page.total.text}}</p><?cs
if:subcount(view.items) > #0 ?>
<table class="table cards"><caption class="sr">{{ledger.accounts}}</caption><thead><tr><th scope="col">{{ledger.account}}</th><th scope="col">{{ledger.class}}</th><th scope="col" class="n">{{wallet.balance}}</th></tr></thead><tbody><?cs
each:a = view.items ?><tr><th scope="row"><a class="wraps" href="<?cs var:url_validate(a.link.href) ?>"><?cs var:a.code ?></a><?cs if:a.closed ?> <span class="badge">{{ledger.closed}}</span><?cs /if ?></th><td data-label="{{ledger.class}}"><?cs call:account_class(a.class) ?></td><td class="n num" data-label="{{wallet.balance}}"><?cs var:a.balance ?></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><?cs call:empty("layers", "{{ledger.none}}", "{{ledger.none.hint}}", "/admin/ledger", "{{catalogue.clear}}") ?><?cs /if ?>
<section aria-labelledby="totals"><h2 id="totals" class="mb">{{ledger.totals}}</h2><p class="muted small mb">{{ledger.totals.hint}}</p><table class="table cards"><caption class="sr">{{ledger.totals}}</caption><thead><tr><th scope="col">{{wallet.currency}}</th><th scope="col">{{ledger.class}}</th><th scope="col" class="n">{{wallet.balance}}</th></tr></thead><tbody><?cs
each:t = view.totals ?><tr><th scope="row"><?cs var:t.currency ?></th><td data-label="{{ledger.class}}"><?cs call:account_class(t.class) ?></td><td class="n num" data-label="{{wallet.balance}}"><?cs var:t.balance ?></td></tr><?cs /each ?></tbody></table></section>
</div></div>
<?cs include!"layout/foot.cs" ?>
