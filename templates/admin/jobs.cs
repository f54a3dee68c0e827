{{!-- GET /admin/jobs. view.state.N filters; view.items.N .id .type .state .dead .attempts .runAt
.createdAt .finishedAt .error .progress .progressTotal; view.schedules.N .name .spec .nextRun .lastRun --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?>
<div class="wrap"><div class="stack">
<h1>{{admin.jobs.title}}</h1><?cs call:admin_tabs() ?><?cs call:filters(view.state, "{{admin.state}}") ?><?cs
if:subcount(view.items) > #0 ?>
<table class="table cards"><caption class="sr">{{admin.jobs.title}}</caption><thead><tr><th scope="col">{{admin.jobs.type}}</th><th scope="col">{{admin.state}}</th><th scope="col" class="n">{{admin.jobs.attempts}}</th><th scope="col">{{admin.jobs.created}}</th><th scope="col">{{admin.jobs.note}}</th></tr></thead><tbody><?cs
each:j = view.items ?><tr><th scope="row"><?cs var:j.type ?></th><td data-label="{{admin.state}}"><?cs if:j.dead ?><span class="badge bad"><?cs var:j.state ?></span><?cs elif:j.state == "DONE" ?><span class="badge good"><?cs var:j.state ?></span><?cs else ?><span class="badge"><?cs var:j.state ?></span><?cs /if ?></td><td class="n" data-label="{{admin.jobs.attempts}}"><?cs var:j.attempts ?></td><td data-label="{{admin.jobs.created}}"><?cs call:when(j.createdAt) ?></td><td data-label="{{admin.jobs.note}}"><?cs if:j.error ?><span class="small"><?cs var:j.error ?></span><?cs elif:#j.progressTotal > #0 ?><?cs var:j.progress ?> / <?cs var:j.progressTotal ?><?cs /if ?><?cs if:j.dead ?><form method="post" action="/admin/jobs/<?cs var:j.id ?>/again"><?cs call:csrf() ?><button class="button small">{{admin.jobs.again}}</button></form><?cs /if ?></td></tr><?cs /each ?></tbody></table>
<?cs call:pages(view.page) ?><?cs
elif:view.page.at.beyond ?><?cs call:beyond(view.page) ?><?cs
else ?><?cs call:empty("server", "{{admin.jobs.none}}", "{{admin.jobs.none.hint}}", "", "") ?><?cs /if ?>
<section aria-labelledby="cron"><h2 id="cron" class="mb">{{admin.jobs.schedules}}</h2><table class="table cards"><caption class="sr">{{admin.jobs.schedules}}</caption><thead><tr><th scope="col">{{admin.jobs.type}}</th><th scope="col">{{admin.jobs.spec}}</th><th scope="col">{{admin.jobs.next}}</th><th scope="col">{{admin.jobs.last}}</th></tr></thead><tbody><?cs
each:c = view.schedules ?><tr><th scope="row"><?cs var:c.name ?></th><td data-label="{{admin.jobs.spec}}"><code><?cs var:c.spec ?></code></td><td data-label="{{admin.jobs.next}}"><?cs call:when(c.nextRun) ?></td><td data-label="{{admin.jobs.last}}"><?cs if:c.lastRun ?><?cs call:when(c.lastRun) ?><?cs else ?>{{admin.never}}<?cs /if ?></td></tr><?cs /each ?></tbody></table></section>
</div></div>
<?cs include!"layout/foot.cs" ?>
