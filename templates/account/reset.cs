{{!-- GET, POST /password/reset: param email. view.sent true after the mail went out
(the answer is the same whether the address is known or not). --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="narrow stack stack-l"><?cs
if:view.sent ?><div class="empty">{{icon.mail}}<h1>{{reset.sent}}</h1><p>{{reset.sent.hint}}</p><a class="button" href="/signin">{{nav.signin}}</a><?cs if:page.dev ?><a class="button quiet" href="/mailbox">{{nav.mailbox}}</a><?cs /if ?></div><?cs
else ?><div><h1>{{reset.title}}</h1><p class="lead">{{reset.lead}}</p></div>
<?cs call:error_summary() ?>
<form class="form" method="post" action="/password/reset"><?cs call:csrf() ?><?cs call:field("email", "email", "{{account.email}}", "", page.values.email, "username", #1, #254) ?><button class="button primary wide">{{reset.do}}</button></form>
<p><a href="/signin">{{reset.back}}</a></p><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
