{{!-- Small parts that every page may call. A variable after page.asset. is the host's own.
icon(id)              one of static/img/icons.svg
avatar(p, class)      p.avatar, .name, .initials
when(t)               a time leaf: relative, exact on hover
duration(minutes)
badge(kind, text)     kind "", good, warn, bad, accent, warm
progress(percent, label), ring(percent, label)
--}}<?cs
def:icon(id) ?><svg class="icon" aria-hidden="true"><use href="{{asset.icons}}#<?cs var:id ?>"/></svg><?cs /def ?><?cs

def:avatar(p, class) ?><?cs if:p.avatar ?><img class="avatar <?cs var:class ?>" src="<?cs var:url_validate(p.avatar) ?>" alt="" width="36" height="36"><?cs else ?><span class="avatar <?cs var:class ?>" aria-hidden="true"><?cs var:p.initials ?></span><?cs /if ?><?cs /def ?><?cs

def:when(t) ?><time datetime="<?cs var:t ?>" title="<?cs var:t.text ?>"><?cs var:t.ago ?></time><?cs /def ?><?cs

def:date(t) ?><time datetime="<?cs var:t ?>"><?cs var:t.text ?></time><?cs /def ?><?cs

def:duration(minutes) ?><?cs if:#minutes < #60 ?>{{time.m m=minutes}}<?cs elif:#minutes % #60 == #0 ?>{{time.h h=#minutes/#60}}<?cs else ?>{{time.hm h=#minutes/#60 m=#minutes%#60}}<?cs /if ?><?cs /def ?><?cs

def:badge(kind, text) ?><span class="badge <?cs var:kind ?>"><?cs var:text ?></span><?cs /def ?><?cs

def:progress(percent, label) ?><div class="progress"><progress max="100" value="<?cs var:#percent ?>" aria-label="<?cs var:label ?>"></progress><span class="num"><?cs var:#percent ?> %</span></div><?cs /def ?><?cs

def:ring(percent, label) ?><svg class="ring" viewBox="1.25 1.25 37.5 37.5" role="img" aria-label="<?cs var:label ?> <?cs var:#percent ?> %"><circle cx="20" cy="20" r="15.9155"/><?cs if:#percent > #0 ?><circle class="done" cx="20" cy="20" r="15.9155" stroke-dasharray="<?cs var:#percent ?> 100" transform="rotate(-90 20 20)"/><?cs /if ?><text x="20" y="24" aria-hidden="true"><?cs var:#percent ?></text></svg><?cs /def ?><?cs

def:role_name(r) ?><?cs if:r == "ADMIN" ?>{{role.ADMIN}}<?cs elif:r == "EDUCATOR" ?>{{role.EDUCATOR}}<?cs else ?>{{role.STUDENT}}<?cs /if ?><?cs /def ?><?cs

# The place is marked when the page is it, or lies below it. ?><?cs
def:here(href) ?><?cs if:page.path == href ?> aria-current="page"<?cs /if ?><?cs /def ?><?cs

def:below(prefix, size) ?><?cs if:string.slice(page.path, #0, size) == prefix ?> aria-current="true"<?cs /if ?><?cs /def ?><?cs

def:place(href, id, label, small) ?><a href="<?cs var:url_validate(href) ?>"<?cs call:here(href) ?>><?cs var:label ?></a><?cs /def ?><?cs

# The same places stand in the header and, with pictures, at the bottom of phones. ?><?cs
def:places() ?><?cs
if:page.user.role == "ADMIN" ?><a href="/admin"<?cs call:here("/admin") ?>>{{nav.overview}}</a><a href="/admin/users"<?cs call:below("/admin/users", #12) ?>>{{nav.people}}</a><a href="/courses"<?cs call:below("/courses", #8) ?>>{{nav.courses}}</a><a href="/admin/system"<?cs call:here("/admin/system") ?>>{{nav.system}}</a><?cs
elif:page.user.role == "EDUCATOR" ?><a href="/teach"<?cs call:here("/teach") ?>>{{nav.teach}}</a><a href="/courses"<?cs call:below("/courses", #8) ?>>{{nav.courses}}</a><a href="/teach/sales"<?cs call:here("/teach/sales") ?>>{{sales.title}}</a><a href="/teach/import"<?cs call:here("/teach/import") ?>>{{nav.import}}</a><?cs
else ?><?cs if:page.user.id ?><a href="/home"<?cs call:here("/home") ?>>{{nav.home}}</a><?cs /if ?><a href="/courses"<?cs call:below("/courses", #8) ?>>{{nav.courses}}</a><?cs if:page.user.id ?><a href="/wallet"<?cs call:below("/wallet", #7) ?>>{{nav.wallet}}</a><?cs /if ?><?cs /if ?><?cs /def ?><?cs

def:places_small() ?><?cs
if:page.user.role == "ADMIN" ?><a href="/admin"<?cs call:here("/admin") ?>>{{icon.chart}}{{nav.overview}}</a><a href="/admin/users"<?cs call:below("/admin/users", #12) ?>>{{icon.users}}{{nav.people}}</a><a href="/courses"<?cs call:below("/courses", #8) ?>>{{icon.book}}{{nav.courses}}</a><a href="/admin/system"<?cs call:here("/admin/system") ?>>{{icon.server}}{{nav.system}}</a><?cs
elif:page.user.role == "EDUCATOR" ?><a href="/teach"<?cs call:here("/teach") ?>>{{icon.teach}}{{nav.teach}}</a><a href="/courses"<?cs call:below("/courses", #8) ?>>{{icon.book}}{{nav.courses}}</a><a href="/teach/sales"<?cs call:here("/teach/sales") ?>>{{icon.chart}}{{sales.title}}</a><a href="/me/profile"<?cs call:below("/me/", #4) ?>>{{icon.user}}{{nav.profile}}</a><?cs
elif:page.user.id ?><a href="/home"<?cs call:here("/home") ?>>{{icon.home}}{{nav.home}}</a><a href="/courses"<?cs call:below("/courses", #8) ?>>{{icon.book}}{{nav.courses}}</a><a href="/wallet"<?cs call:below("/wallet", #7) ?>>{{icon.layers}}{{nav.wallet}}</a><a href="/me/profile"<?cs call:below("/me/", #4) ?>>{{icon.user}}{{nav.profile}}</a><?cs
else ?><a href="/courses"<?cs call:below("/courses", #8) ?>>{{icon.book}}{{nav.courses}}</a><a href="/signin"<?cs call:here("/signin") ?>>{{icon.user}}{{nav.signin}}</a><a href="/signup"<?cs call:here("/signup") ?>>{{icon.plus}}{{nav.signup}}</a><?cs /if ?><?cs /def ?>
