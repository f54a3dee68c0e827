{{!-- GET /teach/imports/:id: one import. view .id .name .state .kind (bundle carpentries exercism) .at .done .total .step (text)
.percent .problem (text when FAILED: nothing was kept) .course.slug .title .counts: .modules .lessons .images
.notes.N .file .text .level ("warn", "info"): what was not taken, or taken otherwise --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/import.cs" ?>
<div class="wrap"><div class="medium stack stack-l" id="import"<?cs if:view.state == "QUEUED" || view.state == "RUNNING" ?> data-poll="2"<?cs /if ?>>
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/teach/import", "{{import.title}}") ?></ol></nav>
<div class="row row-between"><h1><?cs if:view.course.title ?><?cs var:view.course.title ?><?cs else ?><?cs var:view.name ?><?cs /if ?></h1><?cs call:import_state(view.state) ?></div><?cs
if:view.state == "QUEUED" || view.state == "RUNNING" ?><div class="card stack stack-s" role="status"><?cs call:progress(view.percent, "{{import.progress}}") ?><p class="muted small"><?cs var:view.step ?></p></div><p class="nojs"><a class="button" href="/teach/imports/<?cs var:view.id ?>">{{icon.refresh}}{{import.look}}</a></p><?cs
elif:view.state == "FAILED" ?><div class="alert bad">{{icon.alert}}<div><h2>{{import.failed}}</h2><p><?cs if:view.problem ?><?cs var:view.problem ?><?cs else ?>{{import.unknown}}<?cs /if ?></p></div></div><p><a class="button" href="/teach/import">{{import.again}}</a></p><?cs
else ?><div class="stats"><?cs call:stat("{{import.modules}}", view.counts.modules, "") ?><?cs call:stat("{{import.lessons}}", view.counts.lessons, "") ?><?cs call:stat("{{import.images}}", view.counts.images, "") ?></div><p class="actions"><a class="button primary" href="/teach/courses/<?cs var:view.course.slug ?>">{{import.open}}</a></p><?cs /if ?><?cs
if:subcount(view.notes) > #0 ?><section aria-labelledby="notes"><h2 id="notes" class="mb">{{import.notes}}</h2><table class="table cards"><thead><tr><th scope="col">{{import.file}}</th><th scope="col">{{import.note}}</th></tr></thead><tbody><?cs each:n = view.notes ?><tr><th scope="row"><code><?cs var:n.file ?></code></th><td data-label="{{import.note}}"><?cs var:n.text ?></td></tr><?cs /each ?></tbody></table></section><?cs elif:view.state == "DONE" ?><p class="muted">{{import.clean}}</p><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
