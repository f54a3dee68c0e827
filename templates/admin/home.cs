{{!-- GET /admin: the platform at a glance.
view.people .total .students .educators .admins .disabled .verified .week
view.courses .published .drafts .archived .enrolments .completed
view.work .ready .running .dead .lateSeconds .events .mailQueued .mailFailed .mailSent
view.joined chart; view.host of view_host_status() --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/admin.cs" ?><?cs include!"macro/chart.cs" ?>
<div class="wrap"><div class="stack stack-l">
<h1>{{admin.home.title}}</h1><?cs call:admin_tabs() ?><?cs
if:#view.work.dead > #0 ?><div class="alert bad" role="status">{{icon.alert}}<p>{{admin.dead n=view.work.dead}} <a href="/admin/jobs?state=DEAD">{{admin.look}}</a></p></div><?cs /if ?><?cs
if:#view.work.mailFailed > #0 ?><div class="alert warn" role="status">{{icon.mail}}<p>{{admin.mail_failed n=view.work.mailFailed}} <a href="/admin/mail?status=FAILED">{{admin.look}}</a></p></div><?cs /if ?>
<section aria-labelledby="people"><h2 id="people" class="mb">{{nav.people}}</h2><div class="stats"><?cs
call:stat("{{admin.total}}", view.people.total, "") ?><?cs
call:stat("{{admin.students}}", view.people.students, "") ?><?cs
call:stat("{{admin.educators}}", view.people.educators, "") ?><?cs
call:stat("{{admin.admins}}", view.people.admins, "") ?><?cs
call:stat("{{admin.week}}", view.people.week, "") ?><?cs
call:stat("{{admin.verified}}", view.people.verified, "") ?></div></section>
<div class="split"><div class="card"><?cs call:chart(view.joined) ?></div>
<aside class="aside stack" aria-label="{{nav.courses}}"><div class="stats"><?cs
call:stat("{{admin.published}}", view.courses.published, "") ?><?cs
call:stat("{{admin.drafts}}", view.courses.drafts, "") ?><?cs
call:stat("{{admin.enrolments}}", view.courses.enrolments, "") ?><?cs
call:stat("{{admin.completed}}", view.courses.completed, "") ?></div></aside></div>
<section aria-labelledby="health"><div class="cardhead"><h2 id="health">{{admin.health}}</h2><a href="/admin/system">{{nav.system}}</a></div>
<table class="table cards"><caption class="sr">{{admin.health}}</caption><thead><tr><th scope="col">{{admin.pool}}</th><th scope="col">{{admin.state}}</th><th scope="col" class="n">{{admin.workers}}</th><th scope="col" class="n">{{admin.answered}}</th><th scope="col" class="n">{{admin.errors}}</th><th scope="col" class="n">{{admin.crashes}}</th></tr></thead><tbody><?cs
each:p = view.host.pools ?><tr><th scope="row"><?cs var:p.name ?></th><td data-label="{{admin.state}}"><?cs if:p.healthy ?><span class="badge good">{{admin.ok}}</span><?cs else ?><span class="badge bad">{{admin.down}}</span><?cs /if ?></td><td class="n" data-label="{{admin.workers}}"><?cs var:p.workers ?></td><td class="n" data-label="{{admin.answered}}"><?cs var:p.answered.text ?></td><td class="n" data-label="{{admin.errors}}"><?cs var:p.errors.text ?></td><td class="n" data-label="{{admin.crashes}}"><?cs var:p.crashes.text ?></td></tr><?cs /each ?></tbody></table></section>
<section aria-labelledby="work"><h2 id="work" class="mb">{{admin.work}}</h2><div class="stats"><?cs
call:stat("{{admin.ready}}", view.work.ready, "") ?><?cs
call:stat("{{admin.running}}", view.work.running, "") ?><?cs
call:stat("{{admin.mail_sent}}", view.work.mailSent, "") ?><?cs
call:stat("{{admin.mail_queued}}", view.work.mailQueued, "") ?></div></section>
</div></div>
<?cs include!"layout/foot.cs" ?>
