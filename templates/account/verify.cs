{{!-- GET /verify: view.state "sent" (no token), "confirm" (.name, .form.token: the button confirms by
POST /verify, so that a mail scanner’s visit does nothing), "gone" (used or too old). --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="narrow"><div class="empty"><?cs
if:view.state == "confirm" ?>{{icon.mail}}<h1>{{verify.ask}}</h1><p>{{verify.ask.hint name=view.name}}</p><form method="post" action="/verify"><?cs call:csrf() ?><input type="hidden" name="token" value="<?cs var:view.form.token ?>"><button class="button primary">{{verify.do}}</button></form><?cs
elif:view.state == "gone" ?>{{icon.alert}}<h1>{{verify.old}}</h1><p>{{verify.old.hint}}</p><a class="button primary" href="/verify/again">{{verify.again}}</a><a class="button quiet" href="/signin">{{nav.signin}}</a><?cs
else ?>{{icon.mail}}<h1>{{verify.sent}}</h1><p>{{verify.sent.to}}</p><p>{{verify.sent.hint}}</p><a class="button quiet" href="/verify/again">{{verify.again}}</a><?cs if:page.dev ?><a class="button quiet" href="/mailbox">{{nav.mailbox}}</a><?cs /if ?><?cs /if ?></div></div></div>
<?cs include!"layout/foot.cs" ?>
