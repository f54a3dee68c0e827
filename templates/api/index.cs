{{!-- GET /api: the JSON interface for people. view.areas.N .name .routes.N .method .path .access .summary .idempotent
.params.N .name .in .type .required .options.N --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap">
<div class="pagehead"><div><h1>{{api.title}}</h1><p class="lead">{{api.lead}}</p></div><a class="button" href="/api/v1/openapi.json">{{icon.download}}{{api.openapi}}</a></div>
<div class="split">
<div class="stack"><?cs each:a = view.areas ?>
<section aria-labelledby="area-<?cs var:a.name ?>"><h2 class="mb" id="area-<?cs var:a.name ?>"><?cs var:a.name ?></h2><?cs each:r = a.routes ?>
<details class="module route"><summary><span class="badge method <?cs if:r.method == "GET" ?>accent<?cs else ?>warm<?cs /if ?>"><?cs var:r.method ?></span><code class="grow">/api/v1<?cs var:r.path ?></code><span class="muted small"><?cs var:r.access ?></span></summary><div class="inside stack stack-s"><p><?cs var:r.summary ?></p><?cs if:r.idempotent ?><p class="small muted">{{api.idempotent}}</p><?cs /if ?><?cs
if:subcount(r.params) > #0 ?><div class="scroll"><table class="table small"><thead><tr><th scope="col">{{api.param}}</th><th scope="col">{{api.in}}</th><th scope="col">{{api.type}}</th></tr></thead><tbody><?cs each:p = r.params ?><tr><th scope="row"><code><?cs var:p.name ?></code><?cs if:p.required ?> <span class="badge">{{api.required}}</span><?cs /if ?></th><td><?cs var:p.in ?></td><td><?cs var:p.type ?><?cs if:subcount(p.options) > #0 ?>: <?cs each:o = p.options ?><code><?cs var:o ?></code> <?cs /each ?><?cs /if ?></td></tr><?cs /each ?></tbody></table></div><?cs /if ?></div></details><?cs /each ?></section><?cs /each ?></div>
<aside class="aside stack"><div class="card stack stack-s"><h2>{{api.how}}</h2><p class="small">{{api.how.path}}</p><p class="small">{{api.how.problem}}</p><p class="small">{{api.how.paging}}</p><p class="small">{{api.how.csrf}}</p></div></aside>
</div></div>
<?cs include!"layout/foot.cs" ?>
