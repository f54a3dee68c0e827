{{!-- GET, POST /me/password: params current, password. view.passwordCharacters --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/account.cs" ?>
<div class="wrap"><div class="medium">
<h1 class="mb">{{me.title}}</h1><?cs call:me_tabs() ?>
<?cs call:error_summary() ?>
<form class="form mt" method="post" action="/me/password"><?cs call:csrf() ?><?cs call:secret("current", "{{account.password.current}}", "", "current-password") ?><?cs call:secret("password", "{{account.password.new}}", "{{account.password.hint}}", "new-password") ?><p class="muted small">{{password.others}}</p><div class="actions"><button class="button primary">{{password.do}}</button><a href="/password/reset">{{signin.forgot}}</a></div></form>
</div></div>
<?cs include!"layout/foot.cs" ?>
