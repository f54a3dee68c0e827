{{!-- GET, POST /me/profile: params name, bio, location, zone. POST /me/avatar: file avatar (PNG, JPEG,
WebP up to 2 MiB) or remove=1. view: .name .email .verified .avatar .initials .bio .location .zone .zones.N
(.value .label) .joinedAt --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/account.cs" ?>
<div class="wrap"><div class="medium">
<h1 class="mb">{{me.title}}</h1><?cs call:me_tabs() ?>
<?cs call:error_summary() ?><?cs
if:!view.verified ?><div class="alert warn mb"><?cs call:icon("mail") ?><div><p>{{me.unverified}}</p><form method="post" action="/verify/again"><?cs call:csrf() ?><button class="linkish">{{verify.again}}</button></form></div></div><?cs /if ?>
<div class="stack stack-l">
<section class="card pad" aria-labelledby="picture"><h2 id="picture">{{me.avatar}}</h2><div class="who mt"><?cs call:avatar(view, "large") ?><form class="stack stack-s" method="post" action="/me/avatar" enctype="multipart/form-data"><?cs call:csrf() ?><label class="label" for="f-avatar">{{me.avatar.choose}}</label><input id="f-avatar" type="file" name="avatar" accept="image/png,image/jpeg,image/webp" aria-describedby="h-avatar"><span class="hint muted small" id="h-avatar">{{me.avatar.hint}}</span><?cs call:field_error("avatar") ?><div class="actions"><button class="button small">{{me.avatar.do}}</button><?cs if:view.avatar ?><button class="button small quiet" name="remove" value="1">{{me.avatar.remove}}</button><?cs /if ?></div></form></div></section>
<form class="form" method="post" action="/me/profile" data-guard><?cs call:csrf() ?>
<?cs call:field("text", "name", "{{account.name}}", "{{account.name.hint}}", view.name, "name", #1, #100) ?>
<div class="field"><span class="label">{{account.email}}</span><span><?cs var:view.email ?> <?cs if:view.verified ?><span class="badge good"><?cs call:icon("check") ?>{{me.verified}}</span><?cs else ?><span class="badge warn">{{me.not_verified}}</span><?cs /if ?></span></div>
<?cs call:area("bio", "{{me.bio}}", "{{me.bio.hint}}", view.bio, #4, #1000) ?>
<?cs call:field("text", "location", "{{me.location}}", "{{me.location.hint}}", view.location, "address-level2", #0, #100) ?>
<?cs call:choose("zone", "{{me.zone}}", "{{me.zone.hint}}", view.zones, view.zone) ?>
<div class="actions"><button class="button primary">{{form.save}}</button></div>
</form></div>
</div></div>
<?cs include!"layout/foot.cs" ?>
