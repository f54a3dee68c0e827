{{!-- GET, POST /teach/import: file (zip up to 50 MiB). view.items.N earlier imports: .id .name .state (QUEUED RUNNING
DONE FAILED) .at .courseTitle --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/import.cs" ?>
<div class="wrap"><div class="medium stack stack-l">
<div><h1>{{import.title}}</h1><p class="lead">{{import.lead}}</p></div>
<?cs call:error_summary() ?>
<form class="stack" method="post" action="/teach/import" enctype="multipart/form-data" data-upload><?cs call:csrf() ?><div class="drop">{{icon.upload}}<label for="f-file"><b>{{import.choose}}</b></label><span class="hint muted small" id="h-file">{{import.hint}}</span><input class="file" id="f-file" type="file" name="file" accept=".zip,application/zip" required<?cs call:described("file", "1") ?>><?cs call:field_error("file") ?><progress class="js" max="100" value="0" hidden aria-label="{{import.sending}}"></progress></div><div class="actions"><button class="button primary">{{import.do}}</button></div></form>
<section aria-labelledby="kinds"><h2 id="kinds">{{import.kinds}}</h2><ul class="ticks mt"><li>{{icon.layers}}<span>{{import.kind.bundle}}</span></li><li>{{icon.layers}}<span>{{import.kind.carpentries}}</span></li><li>{{icon.layers}}<span>{{import.kind.exercism}}</span></li></ul></section><?cs
if:subcount(view.items) > #0 ?><section aria-labelledby="before"><h2 id="before" class="mb">{{import.before}}</h2><ul class="list card"><?cs each:i = view.items ?><li><div class="grow"><a href="/teach/imports/<?cs var:i.id ?>"><?cs if:i.courseTitle ?><?cs var:i.courseTitle ?><?cs else ?><?cs var:i.name ?><?cs /if ?></a><p class="muted small"><?cs call:when(i.at) ?></p></div><?cs call:import_state(i.state) ?></li><?cs /each ?></ul></section><?cs /if ?>
</div></div>
<?cs include!"layout/foot.cs" ?>
