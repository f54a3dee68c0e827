{{!-- GET, POST /sandbox/pay/:id: params card, confirmed. view.id .state .open .action .saving
.error .amount .title .returnPath; view.cards.N .code .brand .last4 .label .first --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="narrow stack">
<div class="alert warn" role="note">{{icon.info}}<p>{{sandbox.note}}</p></div>
<h1>{{sandbox.title}}</h1><?cs
if:view.amount ?><p class="lead"><b><?cs var:view.amount ?></b> · <?cs var:view.title ?></p><?cs else ?><p class="lead">{{sandbox.saving}}</p><?cs /if ?><?cs
if:view.error ?><div class="alert bad" role="alert">{{icon.alert}}<p><?cs var:view.error ?></p></div><?cs /if ?><?cs
if:view.action ?><form class="card stack" method="post" action="/sandbox/pay/<?cs var:view.id ?>"><?cs call:csrf() ?><h2>{{sandbox.3ds}}</h2><p>{{sandbox.3ds.text}}</p><input type="hidden" name="confirmed" value="1"><div class="row"><button class="button primary" name="card" value="three_d_secure">{{sandbox.3ds.yes}}</button><button class="button" name="card" value="declined">{{sandbox.3ds.no}}</button></div></form><?cs
elif:view.open ?><form class="card stack" method="post" action="/sandbox/pay/<?cs var:view.id ?>"><?cs call:csrf() ?><fieldset><legend><b>{{sandbox.choose}}</b></legend><div class="options"><?cs
each:c = view.cards ?><label class="option"><input type="radio" name="card" value="<?cs var:c.code ?>"<?cs if:c.first ?> checked<?cs /if ?>><span><?cs var:c.brand ?> •••• <?cs var:c.last4 ?><small><?cs var:c.label ?></small></span></label><?cs /each ?></div></fieldset><button class="button primary"><?cs if:view.saving ?>{{sandbox.save}}<?cs else ?>{{sandbox.pay}} <?cs var:view.amount ?><?cs /if ?></button></form><?cs
else ?><p>{{sandbox.over}}</p><?cs /if ?>
<p><a href="<?cs var:url_validate(view.returnPath) ?>">{{sandbox.back}}</a></p>
</div></div>
<?cs include!"layout/foot.cs" ?>
