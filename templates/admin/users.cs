{{!-- GET /admin/users. view.q; view.role.N, view.status.N filters (.label .href .on);
view.items.N .id .name .initials .email .roles.N.name .status .active .verified .createdAt .lastSigninAt; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?>
<div class="wrap"><div class="stack">
<h1>{{admin.users.title}}</h1><?cs call:admin_tabs() ?>
<form class="row" role="search" action="/admin/users"><div class="search"><label class="sr" for="q">{{admin.users.search}}</label>{{icon.search}}<input class="input" type="search" id="q" name="q" maxlength="100" value="<?cs var:view.q ?>" placeholder="{{admin.users.search}}"></div><?cs
if:page.values.role ?><input type="hidden" name="role" value="<?cs var:page.values.role ?>"><?cs /if ?><?cs
if:page.values.status ?><input type="hidden" name="status" value="<?cs var:page.values.status ?>"><?cs /if ?><button class="button primary">{{nav.search.do}}</button></form>
<div class="row"><?cs call:filters(view.role, "{{admin.role}}") ?><?cs call:filters(view.status, "{{admin.state}}") ?></div>
<p class="muted small" role="status">{{admin.users.count n=view.page.total total=view.page.total.text}}</p><?cs
if:subcount(view.items) > #0 ?>
<table class="table cards"><caption class="sr">{{admin.users.title}}</caption><thead><tr><th scope="col">{{admin.name}}</th><th scope="col">{{admin.role}}</th><th scope="col">{{admin.state}}</th><th scope="col">{{admin.joined_at}}</th><th scope="col">{{admin.signin}}</th></tr></thead><tbody><?cs
each:u = view.items ?><tr><th scope="row"><a class="row" href="/admin/users/<?cs var:u.id ?>"><?cs call:avatar(u, "") ?><span class="grow"><b><?cs var:u.name ?></b><br><span class="muted small"><?cs var:u.email ?></span></span></a></th><td data-label="{{admin.role}}"><?cs each:x = u.roles ?><span class="badge"><?cs call:role_name(x.name) ?></span> <?cs /each ?></td><td data-label="{{admin.state}}"><?cs if:u.active ?><?cs if:u.verified ?><span class="badge good">{{admin.active}}</span><?cs else ?><span class="badge warn">{{admin.unverified}}</span><?cs /if ?><?cs else ?><span class="badge bad">{{admin.disabled}}</span><?cs /if ?></td><td data-label="{{admin.joined_at}}"><?cs call:when(u.createdAt) ?></td><td data-label="{{admin.signin}}"><?cs if:u.lastSigninAt ?><?cs call:when(u.lastSigninAt) ?><?cs else ?>{{admin.never}}<?cs /if ?></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><?cs call:empty("users", "{{admin.users.none}}", "{{admin.users.none.hint}}", "/admin/users", "{{catalogue.clear}}") ?><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
