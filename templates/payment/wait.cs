{{!-- GET /payments/:id/go, /return; GET /me/payment-methods/:id/go, /return. view.ready .back
.amount .title. The page comes back by itself (Refresh). --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="narrow stack end-text"><div class="card stack center" role="status">
{{icon.lock}}<?cs
if:view.back ?><h1>{{payment.return.title}}</h1><p>{{payment.return.text}}</p><?cs
elif:view.ready ?><h1>{{payment.go.title}}</h1><p>{{payment.go.text}}</p><?cs
else ?><h1>{{payment.go.title}}</h1><p>{{payment.go.wait}}</p><?cs /if ?><?cs
if:view.amount ?><p class="lead"><b><?cs var:view.amount ?></b> · <?cs var:view.title ?></p><?cs /if ?>
<p><a class="button" href="<?cs var:url_validate(page.path) ?>">{{payment.look}}</a></p>
</div></div></div>
<?cs include!"layout/foot.cs" ?>
