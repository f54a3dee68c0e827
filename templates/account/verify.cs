{{!-- GET /verify?token=: view.state "ask" (valid: shows the button that confirms, POST /verify, so
that a mail scanner's visit does nothing), "done", "old" (used or expired). view.token --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="narrow"><div class="empty"><?cs
if:view.state == "ask" ?><?cs call:icon("mail") ?><h1>{{verify.ask}}</h1><p>{{verify.ask.hint}}</p><form method="post" action="/verify"><?cs call:csrf() ?><input type="hidden" name="token" value="<?cs var:view.token ?>"><button class="button primary">{{verify.do}}</button></form><?cs
elif:view.state == "done" ?><?cs call:icon("done") ?><h1>{{verify.done}}</h1><p>{{verify.done.hint}}</p><a class="button primary" href="<?cs if:page.user.id ?>/home<?cs else ?>/signin<?cs /if ?>"><?cs if:page.user.id ?>{{nav.home}}<?cs else ?>{{nav.signin}}<?cs /if ?></a><?cs
else ?><?cs call:icon("alert") ?><h1>{{verify.old}}</h1><p>{{verify.old.hint}}</p><a class="button primary" href="/signin">{{nav.signin}}</a><?cs /if ?></div></div></div>
<?cs include!"layout/foot.cs" ?>
