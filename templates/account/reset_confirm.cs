{{!-- GET, POST /password/reset/confirm: params token, password. view.state "confirm" (.form.token, .email
masked, .passwordCharacters) or "gone". Setting a password signs out every other device. --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="narrow stack stack-l"><?cs
if:view.state == "gone" ?><div class="empty">{{icon.alert}}<h1>{{verify.old}}</h1><p>{{reset.old}}</p><a class="button primary" href="/password/reset">{{reset.do}}</a></div><?cs
else ?><div><h1>{{reset.set}}</h1><p class="lead">{{reset.set.lead email=view.email}}</p></div>
<?cs call:error_summary() ?>
<form class="form" method="post" action="/password/reset/confirm"><?cs call:csrf() ?><input type="hidden" name="token" value="<?cs var:view.form.token ?>"><?cs call:secret("password", "{{account.password.new}}", "{{account.password.hint}}", "new-password") ?><button class="button primary wide">{{reset.set.do}}</button></form><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
