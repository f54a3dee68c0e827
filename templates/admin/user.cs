{{!-- GET /admin/users/:id. view.id .name .initials .email .roles .status .active .verified .self
.location .timeZone .locale .createdAt .lastSigninAt .passwordChangedAt; view.form.roles.N .name .on;
view.sessions.N .device .network .seenAt .current; view.audit.N .at .action .objectType .actorId --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/audit.cs" ?>
<div class="wrap"><div class="stack stack-l">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/admin/users", "{{nav.people}}") ?></ol></nav>
<div class="row"><?cs call:avatar(view, "large") ?><div class="grow"><h1><?cs var:view.name ?></h1><p class="muted"><?cs var:view.email ?></p></div><?cs
if:view.active ?><span class="badge good">{{admin.active}}</span><?cs else ?><span class="badge bad">{{admin.disabled}}</span><?cs /if ?></div>
<div class="split"><div class="stack stack-l">
<section aria-labelledby="sessions"><h2 id="sessions" class="mb">{{admin.user.sessions}}</h2><?cs
if:subcount(view.sessions) > #0 ?><ul class="list card"><?cs each:s = view.sessions ?><li>{{icon.shield}}<div class="grow"><b><?cs var:s.device ?></b><p class="meta"><span><?cs var:s.network ?></span><span>{{sessions.seen}} <?cs call:when(s.seenAt) ?></span></p></div></li><?cs /each ?></ul><?cs
if:!view.self ?><form class="mt" method="post" action="/admin/users/<?cs var:view.id ?>/sessions/end"><?cs call:csrf() ?><button class="button">{{admin.user.end_sessions}}</button></form><?cs /if ?><?cs
else ?><p class="muted">{{admin.user.no_sessions}}</p><?cs /if ?></section>
<section aria-labelledby="audit"><h2 id="audit" class="mb">{{admin.audit}}</h2><?cs
if:subcount(view.audit) > #0 ?><?cs call:audit_list(view.audit) ?><p class="mt"><a href="/admin/audit?person=<?cs var:url_escape(view.id) ?>">{{admin.user.audit_all}}</a></p><?cs else ?><p class="muted">{{admin.audit.none}}</p><?cs /if ?></section>
</div>
<aside class="aside stack" aria-label="{{admin.user.account}}">
<div class="card"><dl class="facts"><dt>{{admin.joined_at}}</dt><dd><?cs call:date(view.createdAt) ?></dd><dt>{{admin.signin}}</dt><dd><?cs if:view.lastSigninAt ?><?cs call:when(view.lastSigninAt) ?><?cs else ?>{{admin.never}}<?cs /if ?></dd><dt>{{admin.user.address}}</dt><dd><?cs if:view.verified ?>{{admin.user.confirmed}}<?cs else ?>{{admin.unverified}}<?cs /if ?></dd><?cs if:view.location ?><dt>{{admin.user.location}}</dt><dd><?cs var:view.location ?></dd><?cs /if ?><dt>{{admin.user.zone}}</dt><dd><?cs var:view.timeZone ?></dd></dl></div>
<form class="card stack" method="post" action="/admin/users/<?cs var:view.id ?>/roles"><?cs call:csrf() ?><fieldset><legend><b>{{admin.user.roles}}</b></legend><?cs
each:x = view.form.roles ?><label class="check"><input type="checkbox" name="role" value="<?cs var:x.name ?>"<?cs if:x.on ?> checked<?cs /if ?>><span><?cs call:role_name(x.name) ?></span></label><?cs /each ?></fieldset><p class="small muted">{{admin.user.roles.hint}}</p><button class="button">{{admin.user.roles.save}}</button></form><?cs
if:!view.self ?><form class="card stack" method="post" action="/admin/users/<?cs var:view.id ?>/status"><?cs call:csrf() ?><?cs
if:view.active ?><p class="small muted">{{admin.user.disable.hint}}</p><button class="button danger" name="status" value="DISABLED">{{admin.user.disable}}</button><?cs
else ?><p class="small muted">{{admin.user.enable.hint}}</p><button class="button primary" name="status" value="ACTIVE">{{admin.user.enable}}</button><?cs /if ?></form><?cs /if ?>
</aside></div>
</div></div>
<?cs include!"layout/foot.cs" ?>
