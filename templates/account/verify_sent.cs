{{!-- GET /verify/sent: after signing up or asking again. view.email masked address (s…1@example.org),
view.again  true when signed in and not yet verified: may ask again (POST /verify/again) --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="narrow stack stack-l">
<div class="empty"><?cs call:icon("mail") ?><h1>{{verify.sent}}</h1><p>{{verify.sent.to email=view.email}}</p><p>{{verify.sent.hint}}</p><?cs
if:view.again ?><form method="post" action="/verify/again"><?cs call:csrf() ?><button class="button">{{verify.again}}</button></form><?cs /if ?><?cs
if:page.dev ?><a class="button quiet" href="/mailbox">{{nav.mailbox}}</a><?cs /if ?></div>
</div></div>
<?cs include!"layout/foot.cs" ?>
