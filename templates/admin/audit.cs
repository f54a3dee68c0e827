{{!-- GET /admin/audit. view.items as macro/audit.cs; view.page --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/audit.cs" ?>
<div class="wrap"><div class="stack">
<h1>{{admin.audit.title}}</h1><?cs call:admin_tabs() ?><p class="lead">{{admin.audit.lead}}</p><?cs
if:subcount(view.items) > #0 ?><?cs call:audit_list(view.items) ?><?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><?cs call:empty("shield", "{{admin.audit.none}}", "{{admin.audit.none.hint}}", "", "") ?><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
