{{!-- GET /wallet/:currency. view.currency .available .held .hasHeld; view.filter.kinds.N,
.directions.N .value .label, .kind .direction .from .to .any; view.items.N .id .number .show.kind
.amount .in .balanceAfter .at .with; view.page; view.link .csv .statement --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/wallet.cs" ?>
<div class="wrap"><div class="stack">
<div class="pagehead"><h1>{{wallet.title}} <?cs var:view.currency ?></h1></div><?cs call:wallet_tabs() ?>
<div class="stats"><?cs call:stat("{{wallet.available}}", view.available, "") ?><?cs if:view.hasHeld ?><?cs call:stat("{{wallet.held}}", view.held, "") ?><?cs /if ?></div>
<form class="row" action="/wallet/<?cs var:view.currency ?>" aria-label="{{wallet.filter}}">
<div class="field"><label for="kind">{{wallet.kind}}</label><select class="input" id="kind" name="kind"><?cs each:o = view.filter.kinds ?><option value="<?cs var:o.value ?>"<?cs if:o.value == view.filter.kind ?> selected<?cs /if ?>><?cs var:o.label ?></option><?cs /each ?></select></div>
<div class="field"><label for="direction">{{wallet.direction}}</label><select class="input" id="direction" name="direction"><?cs each:o = view.filter.directions ?><option value="<?cs var:o.value ?>"<?cs if:o.value == view.filter.direction ?> selected<?cs /if ?>><?cs var:o.label ?></option><?cs /each ?></select></div>
<div class="field"><label for="from">{{wallet.from}}</label><input class="input" type="date" id="from" name="from" value="<?cs var:view.filter.from ?>"></div>
<div class="field"><label for="to">{{wallet.to}}</label><input class="input" type="date" id="to" name="to" value="<?cs var:view.filter.to ?>"></div>
<button class="button">{{wallet.filter.do}}</button><?cs if:view.filter.any ?><a href="/wallet/<?cs var:view.currency ?>">{{catalogue.clear}}</a><?cs /if ?></form>
<div class="row row-between"><p class="muted small" role="status">{{wallet.count n=view.page.total total=view.page.total.text}}</p><span class="row"><a class="button small" href="<?cs var:url_validate(view.link.statement) ?>">{{icon.text}}{{wallet.statement}}</a><a class="button small" href="<?cs var:url_validate(view.link.csv) ?>">{{icon.download}}CSV</a></span></div><?cs
if:subcount(view.items) > #0 ?>
<table class="table cards"><caption class="sr">{{wallet.history}}</caption><thead><tr><th scope="col">{{wallet.kind}}</th><th scope="col">{{wallet.when}}</th><th scope="col" class="n">{{wallet.amount}}</th><th scope="col" class="n">{{wallet.balance}}</th></tr></thead><tbody><?cs
each:e = view.items ?><tr><th scope="row"><a href="/wallet/transactions/<?cs var:e.id ?>"><b><?cs var:e.show.kind ?></b></a><?cs if:e.with ?><br><span class="muted small"><?cs var:e.with ?></span><?cs /if ?></th><td data-label="{{wallet.when}}"><?cs call:date(e.at) ?></td><td class="n" data-label="{{wallet.amount}}"><?cs call:amount(e.amount, e.in) ?></td><td class="n num" data-label="{{wallet.balance}}"><?cs var:e.balanceAfter ?></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><?cs call:empty("layers", "{{wallet.none}}", "{{wallet.none.hint}}", "", "") ?><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
