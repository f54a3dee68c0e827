{{!-- Small parts that every page may call. A variable after page.asset. is the host's own.
icon(id)              one of static/img/icons.svg
avatar(p, class)      p.avatar, .name, .initials
when(t)               a time leaf: relative, exact on hover
duration(minutes)
badge(kind, text)     kind "", good, warn, bad, accent, warm
progress(percent, label), ring(percent, label)
--}}<?cs
def:icon(id) ?><svg class="icon" aria-hidden="true"><use href="<?cs var:page.asset.icons ?>#<?cs var:id ?>"/></svg><?cs /def ?><?cs

def:avatar(p, class) ?><?cs if:p.avatar ?><img class="avatar <?cs var:class ?>" src="<?cs var:url_validate(p.avatar) ?>" alt="" width="36" height="36"><?cs else ?><span class="avatar <?cs var:class ?>" aria-hidden="true"><?cs var:p.initials ?></span><?cs /if ?><?cs /def ?><?cs

def:when(t) ?><time datetime="<?cs var:t ?>" title="<?cs var:t.text ?>"><?cs var:t.ago ?></time><?cs /def ?><?cs

def:date(t) ?><time datetime="<?cs var:t ?>"><?cs var:t.text ?></time><?cs /def ?><?cs

def:duration(minutes) ?><?cs if:#minutes < #60 ?>{{time.m m=minutes}}<?cs elif:#minutes % #60 == #0 ?>{{time.h h=#minutes/#60}}<?cs else ?>{{time.hm h=#minutes/#60 m=#minutes%#60}}<?cs /if ?><?cs /def ?><?cs

def:badge(kind, text) ?><span class="badge <?cs var:kind ?>"><?cs var:text ?></span><?cs /def ?><?cs

def:progress(percent, label) ?><div class="progress"><progress max="100" value="<?cs var:#percent ?>" aria-label="<?cs var:label ?>"></progress><span class="num"><?cs var:#percent ?> %</span></div><?cs /def ?><?cs

def:ring(percent, label) ?><svg class="ring" viewBox="0 0 40 40" role="img" aria-label="<?cs var:label ?> <?cs var:#percent ?> %"><circle cx="20" cy="20" r="17"/><?cs if:#percent > #0 ?><circle class="done" cx="20" cy="20" r="17" pathLength="100" stroke-dasharray="<?cs var:#percent ?> 100" transform="rotate(-90 20 20)"/><?cs /if ?><text x="20" y="24" aria-hidden="true"><?cs var:#percent ?></text></svg><?cs /def ?><?cs

def:role_name(r) ?><?cs if:r == "ADMIN" ?>{{role.ADMIN}}<?cs elif:r == "EDUCATOR" ?>{{role.EDUCATOR}}<?cs else ?>{{role.STUDENT}}<?cs /if ?><?cs /def ?><?cs

# The place is marked when the page is it or lies below it. ?><?cs
def:place(href, id, label, small) ?><a href="<?cs var:url_validate(href) ?>"<?cs if:page.path == href ?> aria-current="page"<?cs elif:string.slice(page.path, #0, string.length(href) + #1) == href + "/" && href != "/admin" && href != "/teach" ?> aria-current="true"<?cs /if ?>><?cs if:#small ?><?cs call:icon(id) ?><?cs /if ?><?cs var:label ?></a><?cs /def ?><?cs

def:places(small) ?><?cs
if:page.user.role == "ADMIN" ?><?cs call:place("/admin", "chart", "{{nav.overview}}", small) ?><?cs call:place("/admin/users", "users", "{{nav.people}}", small) ?><?cs call:place("/courses", "book", "{{nav.courses}}", small) ?><?cs call:place("/admin/system", "server", "{{nav.system}}", small) ?><?cs
elif:page.user.role == "EDUCATOR" ?><?cs call:place("/teach", "teach", "{{nav.teach}}", small) ?><?cs call:place("/courses", "book", "{{nav.courses}}", small) ?><?cs call:place("/teach/import", "upload", "{{nav.import}}", small) ?><?cs if:#small ?><?cs call:place("/me/profile", "user", "{{nav.profile}}", small) ?><?cs /if ?><?cs
elif:page.user.id ?><?cs call:place("/home", "home", "{{nav.home}}", small) ?><?cs call:place("/courses", "book", "{{nav.courses}}", small) ?><?cs if:#small ?><?cs call:place("/me/profile", "user", "{{nav.profile}}", small) ?><?cs call:place("/me/settings", "settings", "{{nav.settings}}", small) ?><?cs /if ?><?cs
else ?><?cs call:place("/courses", "book", "{{nav.courses}}", small) ?><?cs if:#small ?><?cs call:place("/signin", "user", "{{nav.signin}}", small) ?><?cs call:place("/signup", "plus", "{{nav.signup}}", small) ?><?cs /if ?><?cs
/if ?><?cs /def ?>
