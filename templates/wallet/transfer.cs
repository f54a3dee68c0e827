{{!-- GET, POST /wallet/transfer: receiver, currency, amount; POST /wallet/transfer/confirm: and key,
password. view.review false: view.currency, view.currencies.N .currency .option.label .minimum .single
.daily. true: view.receiver .receiverName .currency .amount .fee .hasFee .debited .received .left
.password .key, view.form.amount --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/wallet.cs" ?>
<div class="wrap"><div class="medium">
<h1 class="mb">{{wallet.transfer.title}}</h1><?cs call:wallet_tabs() ?>
<?cs call:error_summary() ?><?cs
if:view.review ?>
<form class="form mt" method="post" action="/wallet/transfer/confirm"><?cs call:csrf() ?><input type="hidden" name="receiver" value="<?cs var:view.receiver ?>"><input type="hidden" name="currency" value="<?cs var:view.currency ?>"><input type="hidden" name="amount" value="<?cs var:view.form.amount ?>"><input type="hidden" name="key" value="<?cs var:view.key ?>">
<div class="card"><dl class="facts"><dt>{{wallet.transfer.receiver}}</dt><dd><b><?cs var:view.receiverName ?></b><br><span class="muted small wraps"><?cs var:view.receiver ?></span></dd><dt>{{wallet.transfer.gets}}</dt><dd class="num"><b><?cs var:view.received ?></b></dd><dt>{{wallet.transfer.fee}}</dt><dd class="num"><?cs if:view.hasFee ?><?cs var:view.fee ?><?cs else ?>{{wallet.transfer.no_fee}}<?cs /if ?></dd><dt>{{wallet.transfer.pays}}</dt><dd class="num"><b><?cs var:view.debited ?></b></dd><dt>{{wallet.transfer.left}}</dt><dd class="num"><?cs var:view.left ?></dd></dl></div>
<p class="muted small">{{wallet.transfer.final}}</p><?cs
if:view.password ?><?cs call:secret("password", "{{account.password}}", "{{wallet.transfer.password}}", "current-password") ?><?cs /if ?>
<div class="actions"><button class="button primary">{{wallet.transfer.confirm}}</button><a href="/wallet/transfer">{{wallet.transfer.change}}</a></div></form><?cs
else ?>
<form class="form mt" method="post" action="/wallet/transfer"><?cs call:csrf() ?><?cs call:field("text", "receiver", "{{wallet.transfer.receiver}}", "{{wallet.transfer.receiver.hint}}", "", "off", #1, #254) ?>
<div class="field"><label for="f-currency">{{wallet.transfer.from}}</label><select class="input" id="f-currency" name="currency"><?cs each:c = view.currencies ?><option value="<?cs var:c.currency ?>"<?cs if:c.currency == view.currency ?> selected<?cs /if ?>><?cs var:c.option.label ?></option><?cs /each ?></select></div><?cs
call:field("text", "amount", "{{wallet.amount}}", "{{wallet.transfer.amount.hint}}", "", "off", #1, #40) ?>
<div class="actions"><button class="button primary">{{wallet.transfer.look}}</button></div></form>
<details class="mt"><summary>{{wallet.limits}}</summary><div class="scroll"><table class="table"><thead><tr><th scope="col">{{wallet.currency}}</th><th scope="col" class="n">{{wallet.limit.minimum}}</th><th scope="col" class="n">{{wallet.limit.single}}</th><th scope="col" class="n">{{wallet.limit.daily}}</th></tr></thead><tbody><?cs
each:c = view.currencies ?><tr><th scope="row"><?cs var:c.currency ?></th><td class="n num"><?cs var:c.minimum ?></td><td class="n num"><?cs var:c.single ?></td><td class="n num"><?cs var:c.daily ?></td></tr><?cs /each ?></tbody></table></div></details><?cs
/if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
