{{!-- GET, POST /signin: params email, password, remember, next. view.next: local path to go on to.
view.demo.N  .email .password .role: accounts of the demonstration, development only --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="narrow stack stack-l">
<div><h1>{{signin.title}}</h1><p class="lead">{{signin.lead}}</p></div>
<?cs call:error_summary() ?>
<form class="form" method="post" action="/signin"><?cs call:csrf() ?><?cs if:view.next ?><input type="hidden" name="next" value="<?cs var:view.next ?>"><?cs /if ?>
<?cs call:field("email", "email", "{{account.email}}", "", page.values.email, "username", #1, #254) ?>
<?cs call:secret("password", "{{account.password}}", "", "current-password") ?>
<?cs call:check("remember", "{{signin.remember}}", "{{account.remember.hint}}", "") ?>
<button class="button primary wide">{{signin.do}}</button>
</form>
<p class="muted row row-between"><a href="/password/reset">{{signin.forgot}}</a><a href="/signup">{{signin.new}}</a></p><?cs
if:subcount(view.demo) > #0 ?>
<details class="card"><summary><b>{{signin.demo}}</b></summary><div class="scroll mt"><table class="table small"><tbody><?cs each:d = view.demo ?><tr><th scope="row"><?cs call:role_name(d.role) ?></th><td><?cs var:d.email ?><br><code><?cs var:d.password ?></code></td></tr><?cs /each ?></tbody></table></div></details><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
