{{!-- Opens every page, up to <main>. Chrome: page.… as docs/conventions.md says, and
page.prefs.theme "light" or "dark"; .contrast "more"; .scale "l", "xl", "xxl"; .motion "less"
(each absent for the default), page.description (absent: none), page.noindex. --}}<?cs
include!"macro/base.cs" ?><?cs include!"macro/form.cs" ?><?cs include!"macro/list.cs"
?><!doctype html>
<html lang="<?cs var:page.lang ?>"<?cs if:page.prefs.theme ?> data-theme="<?cs var:page.prefs.theme ?>"<?cs /if ?><?cs if:page.prefs.contrast ?> data-contrast="<?cs var:page.prefs.contrast ?>"<?cs /if ?><?cs if:page.prefs.scale ?> data-scale="<?cs var:page.prefs.scale ?>"<?cs /if ?><?cs if:page.prefs.motion ?> data-motion="<?cs var:page.prefs.motion ?>"<?cs /if ?>>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<title><?cs if:page.title ?><?cs var:page.title ?> · <?cs /if ?>{{site.name}}</title><?cs
if:page.description ?>
<meta name="description" content="<?cs var:page.description ?>"><?cs /if ?><?cs
if:page.noindex ?>
<meta name="robots" content="noindex"><?cs /if ?>
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#faf8f4" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#15161a" media="(prefers-color-scheme: dark)">
<link rel="stylesheet" href="{{asset.css}}">
<link rel="icon" href="/static/img/favicon.svg" type="image/svg+xml">
<link rel="apple-touch-icon" href="/static/img/icon-192.png">
<link rel="manifest" href="/static/img/manifest.webmanifest">
<script src="{{asset.js}}" defer></script>
</head>
<body data-words-copied="{{js.copied}}" data-words-copy="{{js.copy}}" data-words-failed="{{js.failed}}" data-words-leave="{{js.leave}}">
<a class="skip" href="#main">{{nav.skip}}</a>
<header class="header"><div class="wrap">
<a class="brand" href="/">{{icon.logo}}{{site.name}}</a>
<nav class="places" aria-label="{{nav.main}}"><?cs call:places() ?></nav>
<?cs if:page.path != "/courses" && page.path != "/" ?><form class="headsearch" role="search" aria-label="{{nav.search}}" action="/courses"><div class="search"><label class="sr" for="q-head">{{nav.search}}</label>{{icon.search}}<input class="input" type="search" id="q-head" name="q" maxlength="100" placeholder="{{nav.search}}" value="<?cs var:page.values.q ?>"></div></form><?cs /if ?>
<div class="end"><?cs
if:page.user.id ?><a class="button quiet bell" href="/notifications"<?cs call:here("/notifications") ?>>{{icon.bell}}<span class="sr">{{notice.title}}</span><?cs if:page.user.unread ?><span class="count"><?cs var:page.user.unread ?><span class="sr"> {{notice.unread}}</span></span><?cs /if ?></a><details class="menu"><summary><span class="sr">{{nav.account}}</span><?cs call:avatar(page.user, "") ?></summary><div class="panel">
<p class="item"><b class="clip"><?cs var:page.user.name ?></b></p>
<a href="/me/profile">{{icon.user}}{{nav.profile}}</a>
<a href="/wallet">{{icon.layers}}{{nav.wallet}}</a>
<a href="/me/settings">{{icon.settings}}{{nav.settings}}</a>
<a href="/me/sessions">{{icon.shield}}{{nav.sessions}}</a>
<a href="/purchases">{{icon.book}}{{purchase.title}}</a>
<a href="/receipts">{{icon.text}}{{receipt.title}}</a>
<a href="/payments">{{icon.card}}{{nav.payments}}</a>
<a href="/me/payment-methods">{{icon.card}}{{nav.methods}}</a><?cs
if:subcount(page.user.roles) > #1 ?><hr><form method="post" action="/me/role"><?cs call:csrf() ?><p class="eyebrow item">{{nav.role}}</p><?cs
each:r = page.user.roles ?><button class="item" name="role" value="<?cs var:r.name ?>"<?cs if:r.name == page.user.role ?> aria-pressed="true"<?cs /if ?>>{{icon.users}}<?cs call:role_name(r.name) ?><?cs if:r.name == page.user.role ?>{{icon.check}}<?cs /if ?></button><?cs /each ?></form><?cs /if ?>
<hr><form method="post" action="/signout"><?cs call:csrf() ?><button class="item">{{icon.signout}}{{nav.signout}}</button></form>
</div></details><?cs
else ?><a class="button quiet small" href="/signin">{{nav.signin}}</a><a class="button primary small" href="/signup">{{nav.signup}}</a><?cs
/if ?></div>
</div></header>
<main id="main" tabindex="-1"><?cs
if:page.flash.text ?>
<div class="wrap"><div class="alert <?cs var:page.flash.kind ?> flash" role="status"><?cs if:page.flash.kind == "good" ?>{{icon.done}}<?cs else ?>{{icon.info}}<?cs /if ?><p><?cs var:page.flash.text ?></p></div></div><?cs
/if ?>
