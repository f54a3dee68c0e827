{{!-- GET /teach: the educator's home. POST /teach/courses: param title; makes a draft and goes to its editor.
view.stats    .courses .published .learners .completions .thisWeek (ints)
view.chart    chart of macro/chart.cs: enrolments per week, 12 weeks (absent: no enrolment yet)
view.items.N  .slug .title .status .students .completed (percent int) .lessons .updatedAt .rating .ratings .changed (drafts of
              lessons not published) --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/teach.cs" ?><?cs include!"macro/chart.cs" ?>
<div class="wrap">
<div class="pagehead"><h1>{{teach.title}}</h1><div class="actions"><a class="button" href="/teach/import">{{icon.upload}}{{teach.import}}</a><a class="button primary" href="#new">{{icon.plus}}{{teach.new}}</a></div></div>
<div class="stack stack-l"><?cs
if:subcount(view.items) > #0 ?>
<div class="stats"><?cs call:stat("{{teach.courses}}", view.stats.courses, "") ?><?cs call:stat("{{teach.learners}}", view.stats.learners, "") ?><?cs call:stat("{{teach.week}}", view.stats.thisWeek, "{{teach.week.note}}") ?><?cs call:stat("{{teach.completions}}", view.stats.completions, "") ?></div><?cs
if:subcount(view.chart.items) > #0 ?><div class="card pad"><?cs call:chart(view.chart) ?></div><?cs /if ?>
<section aria-labelledby="mine"><h2 id="mine" class="mb">{{teach.mine}}</h2><table class="table cards"><thead><tr><th scope="col">{{teach.course}}</th><th scope="col">{{teach.status}}</th><th scope="col" class="n">{{teach.learners}}</th><th scope="col" class="n">{{teach.completed}}</th><th scope="col" class="n">{{course.rating}}</th><th scope="col">{{course.updated}}</th></tr></thead><tbody><?cs
each:c = view.items ?><tr><th scope="row"><a href="/teach/courses/<?cs var:c.slug ?>"><?cs var:c.title ?></a></th><td data-label="{{teach.status}}"><?cs call:status(c.status) ?><?cs if:#c.changed > #0 ?> <span class="badge warn">{{teach.changed n=c.changed}}</span><?cs /if ?></td><td class="n" data-label="{{teach.learners}}"><?cs var:c.students.text ?></td><td class="n" data-label="{{teach.completed}}"><?cs var:#c.completed ?> %</td><td class="n" data-label="{{course.rating}}"><?cs if:#c.ratings > #2 ?><?cs var:c.rating ?><?cs else ?>–<?cs /if ?></td><td data-label="{{course.updated}}"><?cs call:when(c.updatedAt) ?></td></tr><?cs /each ?></tbody></table></section><?cs
else ?><?cs call:empty("teach", "{{teach.none}}", "{{teach.none.hint}}", "#new", "{{teach.new}}") ?><?cs /if ?>
<section class="card pad" id="new" aria-labelledby="new-title"><h2 id="new-title">{{teach.new}}</h2><p class="muted small mb">{{teach.new.hint}}</p><?cs call:error_summary() ?><form class="form" method="post" action="/teach/courses"><?cs call:csrf() ?><?cs call:field("text", "title", "{{teach.f.title}}", "", page.values.title, "off", #1, #120) ?><div class="actions"><button class="button primary">{{teach.create}}</button></div></form></section>
</div></div>
<?cs include!"layout/foot.cs" ?>
