{{!-- GET, POST /me/profile: params name, bio, location, zone. POST /me/avatar: file; POST /me/avatar/remove;
POST /me/profile/public: params publish, headline, publicBio (educators). view .name .email .verified .avatar
.initials .bio .location .zone .choices.zones.N (.value .label) .educator .public.published .headline .bio .href --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/account.cs" ?>
<div class="wrap"><div class="medium">
<h1 class="mb">{{me.title}}</h1><?cs call:me_tabs() ?>
<?cs call:error_summary() ?><?cs
if:!view.verified ?><div class="alert warn mb">{{icon.mail}}<div><p>{{me.unverified}}</p><form method="post" action="/verify/again"><?cs call:csrf() ?><button class="linkish">{{verify.again}}</button></form></div></div><?cs /if ?>
<div class="stack stack-l">
<section class="card pad" aria-labelledby="picture"><h2 id="picture">{{me.avatar}}</h2><div class="who mt"><?cs call:avatar(view, "large") ?><form class="field" method="post" action="/me/avatar" enctype="multipart/form-data"><?cs call:csrf() ?><label for="f-file">{{me.avatar.choose}}</label><span class="hint" id="h-file">{{account.avatar.hint}}</span><input class="file" id="f-file" type="file" name="file" required accept="image/png,image/jpeg,image/webp"<?cs call:described("file", "1") ?>><?cs call:field_error("file") ?><span><button class="button small">{{me.avatar.do}}</button></span></form></div><?cs
if:view.avatar ?><form method="post" action="/me/avatar/remove"><?cs call:csrf() ?><button class="button small quiet danger mt">{{me.avatar.remove}}</button></form><?cs /if ?></section>
<form class="form" method="post" action="/me/profile" data-guard><?cs call:csrf() ?>
<?cs call:field("text", "name", "{{account.name}}", "{{account.name.hint}}", view.name, "name", #1, #100) ?>
<div class="field"><span class="label">{{account.email}}</span><span><?cs var:view.email ?> <?cs if:view.verified ?><span class="badge good">{{icon.check}}{{me.verified}}</span><?cs else ?><span class="badge warn">{{me.not_verified}}</span><?cs /if ?></span></div>
<?cs call:area("bio", "{{me.bio}}", "{{me.bio.hint}}", view.bio, #4, #2000) ?>
<?cs call:field("text", "location", "{{me.location}}", "{{me.location.hint}}", view.location, "address-level2", #0, #100) ?>
<?cs call:choose("zone", "{{me.zone}}", "{{account.zone.hint}}", view.choices.zones, view.zone) ?>
<div class="actions"><button class="button primary">{{form.save}}</button></div>
</form><?cs
if:view.educator ?>
<form class="form card pad" method="post" action="/me/profile/public" data-guard><?cs call:csrf() ?><div><h2>{{me.public}}</h2><p class="muted small">{{me.public.hint}}<?cs if:view.public.published ?> <a href="<?cs var:url_validate(view.public.href) ?>">{{me.public.see}}</a><?cs /if ?></p></div>
<?cs call:field("text", "headline", "{{me.headline}}", "{{me.headline.hint}}", view.public.headline, "organization-title", #0, #120) ?>
<?cs call:area("publicBio", "{{me.public.bio}}", "", view.public.bio, #4, #2000) ?>
<?cs call:switch("publish", "{{me.publish}}", "{{me.publish.hint}}", view.public.published) ?>
<div class="actions"><button class="button primary">{{form.save}}</button></div></form><?cs /if ?>
</div>
</div></div>
<?cs include!"layout/foot.cs" ?>
