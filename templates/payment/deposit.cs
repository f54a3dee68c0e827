{{!-- GET, POST /deposit: params amount, currency (ZAR USD), method, idempotency_key.
view.currencies.N .code .open .least .most; view.methods.N .id .brand .last4 .default; view.form.key --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="narrow stack">
<h1>{{deposit.title}}</h1><p class="lead">{{deposit.lead}}</p>
<?cs call:error_summary() ?>
<form class="form card" method="post" action="/deposit"><?cs call:csrf() ?><input type="hidden" name="idempotency_key" value="<?cs var:view.form.key ?>">
<div class="field"><span class="label" id="cur">{{deposit.currency}}</span><div class="options" role="radiogroup" aria-labelledby="cur"><?cs
each:c = view.currencies ?><?cs if:c.open ?><label class="option"><input type="radio" name="currency" value="<?cs var:c.code ?>"<?cs if:page.values.currency == c.code || (!page.values.currency && c.code == "ZAR") ?> checked<?cs /if ?>><span><?cs var:c.code ?><small><?cs var:c.least ?> – <?cs var:c.most ?></small></span></label><?cs /if ?><?cs /each ?></div></div>
<div class="field"><?cs call:label("amount", "{{deposit.amount}}", "{{deposit.amount.hint}}", #0) ?><input class="input auto" type="text" inputmode="decimal" id="f-amount" name="amount" required autocomplete="off" value="<?cs call:kept("amount", "") ?>"<?cs call:described("amount", "1") ?>><?cs call:field_error("amount") ?></div><?cs
if:subcount(view.methods) > #0 ?>
<div class="field"><span class="label" id="how">{{deposit.how}}</span><div class="options" role="radiogroup" aria-labelledby="how"><?cs
each:m = view.methods ?><label class="option"><input type="radio" name="method" value="<?cs var:m.id ?>"<?cs if:m.default ?> checked<?cs /if ?>><span><?cs var:m.brand ?> •••• <?cs var:m.last4 ?></span></label><?cs /each ?><label class="option"><input type="radio" name="method" value=""><span>{{deposit.other}}</span></label></div></div><?cs /if ?>
<div class="actions"><button class="button primary">{{deposit.do}}</button></div></form>
</div></div>
<?cs include!"layout/foot.cs" ?>
