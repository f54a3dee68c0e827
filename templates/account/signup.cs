{{!-- GET, POST /signup: params name, email, password, role, zone. view.passwordCharacters;
view.sent true after a good POST: a mail is on its way (the same answer for a known address). --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="narrow stack stack-l"><?cs
if:view.sent ?><div class="empty">{{icon.mail}}<h1>{{verify.sent}}</h1><p>{{verify.sent.to}}</p><p>{{verify.sent.hint}}</p><a class="button quiet" href="/verify/again">{{verify.again}}</a><?cs if:page.dev ?><a class="button quiet" href="/mailbox">{{nav.mailbox}}</a><?cs /if ?></div><?cs
else ?><div><h1>{{signup.title}}</h1><p class="lead">{{signup.lead}}</p></div>
<?cs call:error_summary() ?>
<form class="form" method="post" action="/signup"><?cs call:csrf() ?>
<?cs call:field("text", "name", "{{account.name}}", "{{account.name.hint}}", page.values.name, "name", #1, #100) ?>
<?cs call:field("email", "email", "{{account.email}}", "{{account.email.hint}}", page.values.email, "email", #1, #254) ?>
<?cs call:secret("password", "{{account.password}}", "{{account.password.hint}}", "new-password") ?>
<div class="field"><span class="label" id="role">{{signup.role}}</span><div class="options" role="radiogroup" aria-labelledby="role"><label class="option"><input type="radio" name="role" value="STUDENT"<?cs if:page.values.role != "EDUCATOR" ?> checked<?cs /if ?>><span>{{signup.learn}}<small>{{signup.learn.hint}}</small></span></label><label class="option"><input type="radio" name="role" value="EDUCATOR"<?cs if:page.values.role == "EDUCATOR" ?> checked<?cs /if ?>><span>{{signup.teach}}<small>{{signup.teach.hint}}</small></span></label></div></div>
<input type="hidden" name="zone" data-zone value="<?cs if:page.values.zone ?><?cs var:page.values.zone ?><?cs else ?>Africa/Johannesburg<?cs /if ?>">
<button class="button primary wide">{{signup.do}}</button>
</form>
<p class="muted">{{signup.have}} <a href="/signin">{{nav.signin}}</a></p><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
