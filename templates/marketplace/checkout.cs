{{!-- GET, POST /courses/:slug/buy: params coupon, method (provider wallet both), name, address, vatNumber.
view.slug .title .summary .listPrice .discount .discounted .price .net .tax .taxPercent .coupon .couponProblem
.wallet .walletCovers .walletHas .provider .addressNeeded .name; view.said.coupon: why the coupon takes nothing --}}<?cs
include!"layout/head.cs" ?>
<div class="wrap"><div class="medium stack stack-l">
<nav class="crumbs" aria-label="{{nav.crumbs}}"><ol><?cs call:crumb("/courses", "{{nav.courses}}") ?><li><a href="/courses/<?cs var:view.slug ?>"><?cs var:view.title ?></a></li></ol></nav>
<h1>{{checkout.title}}</h1><?cs call:error_summary() ?>
<section class="card stack" aria-labelledby="what"><h2 id="what"><?cs var:view.title ?></h2>
<dl class="facts"><?cs if:view.discounted ?><dt>{{checkout.list}}</dt><dd class="num"><?cs var:view.listPrice ?></dd><dt>{{checkout.discount}} <span class="badge good"><?cs var:view.coupon ?></span></dt><dd class="num">− <?cs var:view.discount ?></dd><?cs /if ?><dt>{{receipt.net}}</dt><dd class="num"><?cs var:view.net ?></dd><dt>{{checkout.tax percent=view.taxPercent}}</dt><dd class="num"><?cs var:view.tax ?></dd><dt><b>{{checkout.total}}</b></dt><dd class="num"><b><?cs var:view.price ?></b></dd></dl>
<form class="row" method="get" action="/courses/<?cs var:view.slug ?>/buy"><label class="sr" for="f-code">{{checkout.coupon}}</label><input class="input grow" id="f-code" name="coupon" maxlength="20" autocapitalize="characters" value="<?cs var:page.values.coupon ?>" placeholder="{{checkout.coupon}}"<?cs if:view.couponProblem ?> aria-invalid="true" aria-describedby="e-code"<?cs /if ?>><button class="button">{{checkout.apply}}</button></form><?cs
if:view.couponProblem ?><p class="error" id="e-code" role="status">{{icon.alert}}<?cs var:view.said.coupon ?></p><?cs elif:view.discounted ?><p class="muted small" role="status">{{checkout.applied}}</p><?cs /if ?></section>
<form class="form card" method="post" action="/courses/<?cs var:view.slug ?>/buy"><?cs call:csrf() ?><?cs if:view.discounted ?><input type="hidden" name="coupon" value="<?cs var:view.coupon ?>"><?cs /if ?>
<fieldset class="field"><legend class="label">{{checkout.how}}</legend><div class="options"><?cs
if:view.provider ?><?cs call:radio("method", "provider", "{{checkout.card}}", "{{checkout.card.hint}}", "provider") ?><?cs /if ?><?cs
if:view.walletCovers ?><?cs call:radio("method", "wallet", "{{checkout.wallet}}", view.wallet, "") ?><?cs
elif:view.walletHas ?><?cs if:view.provider ?><?cs call:radio("method", "both", "{{checkout.both}}", view.wallet, "") ?><?cs /if ?><?cs /if ?></div></fieldset>
<details<?cs if:view.addressNeeded || #page.error_count > #0 ?> open<?cs /if ?>><summary>{{checkout.invoice}}</summary><div class="stack mt"><?cs if:view.addressNeeded ?><p class="muted small">{{checkout.invoice.full}}</p><?cs /if ?>
<?cs call:field("text", "name", "{{checkout.name}}", "", view.name, "name", #0, #120) ?>
<?cs call:area("address", "{{checkout.address}}", "{{checkout.address.hint}}", "", #3, #400) ?>
<?cs call:field("text", "vatNumber", "{{checkout.vat}}", "", "", "off", #0, #10) ?></div></details>
<div class="actions"><button class="button primary"><?cs if:view.walletCovers && !view.provider ?>{{checkout.buy}}<?cs else ?>{{checkout.pay}}<?cs /if ?></button><a class="button quiet" href="/courses/<?cs var:view.slug ?>">{{checkout.back}}</a></div>
<p class="muted small">{{checkout.terms}}</p></form>
</div></div>
<?cs include!"layout/foot.cs" ?>
