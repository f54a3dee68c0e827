{{!-- GET /mailbox (development): view.items.N .name .to .subject .at --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="medium stack">
<h1>{{nav.mailbox}}</h1><p class="lead">{{mailbox.lead}}</p><?cs
if:subcount(view.items) > #0 ?><ul class="list card"><?cs each:m = view.items ?><li>{{icon.mail}}<div class="grow"><a href="/mailbox/<?cs var:url_escape(m.name) ?>"><b><?cs var:m.subject ?></b></a><p class="meta"><span><?cs var:m.to ?></span><span><?cs call:when(m.at) ?></span></p></div></li><?cs /each ?></ul><?cs
else ?><?cs call:empty("mail", "{{mailbox.none}}", "{{mailbox.none.hint}}", "/signup", "{{nav.signup}}") ?><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
