{{!-- GET, POST /verify/again: param email (absent: one’s own). view.email when signed in. --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="narrow stack stack-l">
<div><h1>{{verify.again.title}}</h1><p class="lead">{{verify.again.lead}}</p></div>
<?cs call:error_summary() ?>
<form class="form" method="post" action="/verify/again"><?cs call:csrf() ?><?cs call:field("email", "email", "{{account.email}}", "", view.email, "email", #1, #254) ?><button class="button primary wide">{{verify.again}}</button></form>
</div></div>
<?cs include!"layout/foot.cs" ?>
