{{!-- GET, POST /password/set: params token, password. view.token; view.old true when the link was
used or has expired. Setting a password signs out every other device. --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="narrow stack stack-l"><?cs
if:view.old ?><div class="empty"><?cs call:icon("alert") ?><h1>{{verify.old}}</h1><p>{{reset.old}}</p><a class="button primary" href="/password/reset">{{reset.do}}</a></div><?cs
else ?><div><h1>{{reset.set}}</h1><p class="lead">{{reset.set.lead}}</p></div>
<?cs call:error_summary() ?>
<form class="form" method="post" action="/password/set"><?cs call:csrf() ?><input type="hidden" name="token" value="<?cs var:view.token ?>"><?cs call:secret("password", "{{account.password.new}}", "{{account.password.rule}}", "new-password") ?><button class="button primary wide">{{reset.set.do}}</button></form><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
