{{!-- GET, POST /signup: params name, email, password, back (local path). --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="narrow stack stack-l">
<div><h1>{{signup.title}}</h1><p class="lead">{{signup.lead}}</p></div>
<?cs call:error_summary() ?>
<form class="form" method="post" action="/signup"><?cs call:csrf() ?><input type="hidden" name="back" value="<?cs var:page.values.back ?>">
<?cs call:field("text", "name", "{{account.name}}", "{{account.name.hint}}", page.values.name, "name", #1, #100) ?>
<?cs call:field("email", "email", "{{account.email}}", "{{account.email.hint}}", page.values.email, "email", #1, #254) ?>
<?cs call:secret("password", "{{account.password}}", "{{account.password.rule}}", "new-password") ?>
<button class="button primary wide">{{signup.do}}</button>
</form>
<p class="muted">{{signup.have}} <a href="/signin?back=<?cs var:url_escape(page.values.back) ?>">{{nav.signin}}</a></p>
</div></div>
<?cs include!"layout/foot.cs" ?>
