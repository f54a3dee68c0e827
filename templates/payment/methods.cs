{{!-- GET, POST /me/payment-methods: param agree. view.items.N .id .brand .last4 .expires
.expired .default .createdAt; view.can.add --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/account.cs" ?>
<div class="wrap"><div class="medium">
<h1 class="mb">{{me.title}}</h1><?cs call:me_tabs() ?>
<?cs call:error_summary() ?>
<h2 class="mb">{{method.title}}</h2>
<p class="lead mb">{{method.lead}}</p><?cs
if:subcount(view.items) > #0 ?>
<ul class="list card"><?cs each:m = view.items ?><li>{{icon.card}}<div class="grow"><b><?cs var:m.brand ?> •••• <?cs var:m.last4 ?></b><?cs if:m.default ?> <span class="badge good">{{method.default}}</span><?cs /if ?><?cs if:m.expired ?> <span class="badge bad">{{method.expired}}</span><?cs /if ?><p class="meta"><span>{{method.expires}} <?cs var:m.expires ?></span><span>{{method.since}} <?cs call:when(m.createdAt) ?></span></p></div><?cs
if:!m.default ?><form method="post" action="/me/payment-methods/<?cs var:m.id ?>/default"><?cs call:csrf() ?><button class="button small">{{method.make_default}}</button></form><?cs /if ?><form method="post" action="/me/payment-methods/<?cs var:m.id ?>/remove"><?cs call:csrf() ?><button class="button small danger">{{method.remove}}<span class="sr"> <?cs var:m.brand ?> <?cs var:m.last4 ?></span></button></form></li><?cs /each ?></ul><?cs
else ?><p class="muted">{{method.none}}</p><?cs /if ?><?cs
if:view.can.add ?>
<form class="form card mt" method="post" action="/me/payment-methods"><?cs call:csrf() ?><h3>{{method.add}}</h3><p class="small muted">{{method.add.hint}}</p><?cs call:check("agree", "{{method.mandate}}", "", "") ?><div class="actions"><button class="button primary">{{method.add.do}}</button></div></form><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
