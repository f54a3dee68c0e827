{{!-- GET, POST /me/settings: params locale, theme (auto light dark), contrast (auto more),
scale (m l xl xxl), motion (auto less), captions, transcripts, dailyMinutes, goal, pace (steady fast
gentle), mailProgress, mailNews. view has the same keys and .locales.N .paces.N (.value .label) --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/account.cs" ?>
<div class="wrap"><div class="medium">
<h1 class="mb">{{settings.title}}</h1><?cs call:me_tabs() ?>
<?cs call:error_summary() ?>
<form class="form" method="post" action="/me/settings" data-guard><?cs call:csrf() ?>
<fieldset class="fieldset"><legend>{{settings.general}}</legend>
<?cs call:choose("locale", "{{nav.language}}", "", view.locales, view.locale) ?>
<div class="field"><span class="label" id="theme">{{settings.theme}}</span><div class="options" role="radiogroup" aria-labelledby="theme"><?cs
call:radio("theme", "auto", "{{settings.theme.auto}}", "{{settings.theme.auto.hint}}", view.theme) ?><?cs
call:radio("theme", "light", "{{settings.theme.light}}", "", view.theme) ?><?cs
call:radio("theme", "dark", "{{settings.theme.dark}}", "", view.theme) ?></div></div>
</fieldset>
<fieldset class="fieldset"><legend>{{settings.reading}}</legend>
<div class="field"><span class="label" id="scale">{{settings.scale}}</span><div class="options" role="radiogroup" aria-labelledby="scale"><?cs
call:radio("scale", "m", "{{settings.scale.m}}", "", view.scale) ?><?cs
call:radio("scale", "l", "{{settings.scale.l}}", "", view.scale) ?><?cs
call:radio("scale", "xl", "{{settings.scale.xl}}", "", view.scale) ?><?cs
call:radio("scale", "xxl", "{{settings.scale.xxl}}", "", view.scale) ?></div></div>
<div class="field"><span class="label" id="contrast">{{settings.contrast}}</span><div class="options" role="radiogroup" aria-labelledby="contrast"><?cs
call:radio("contrast", "auto", "{{settings.auto}}", "", view.contrast) ?><?cs
call:radio("contrast", "more", "{{settings.contrast.more}}", "{{settings.contrast.hint}}", view.contrast) ?></div></div>
<div class="field"><span class="label" id="motion">{{settings.motion}}</span><div class="options" role="radiogroup" aria-labelledby="motion"><?cs
call:radio("motion", "auto", "{{settings.auto}}", "", view.motion) ?><?cs
call:radio("motion", "less", "{{settings.motion.less}}", "", view.motion) ?></div></div>
<?cs call:switch("captions", "{{settings.captions}}", "{{settings.captions.hint}}", view.captions) ?>
<?cs call:switch("transcripts", "{{settings.transcripts}}", "{{settings.transcripts.hint}}", view.transcripts) ?>
</fieldset>
<fieldset class="fieldset"><legend>{{settings.learning}}</legend>
<?cs call:field("number", "dailyMinutes", "{{settings.daily}}", "{{settings.daily.hint}}", view.dailyMinutes, "off", #0, #0) ?>
<?cs call:choose("pace", "{{settings.pace}}", "", view.paces, view.pace) ?>
<?cs call:area("goal", "{{settings.goal}}", "{{settings.goal.hint}}", view.goal, #2, #300) ?>
</fieldset>
<fieldset class="fieldset"><legend>{{settings.mail}}</legend>
<?cs call:switch("mailProgress", "{{settings.mail.progress}}", "{{settings.mail.progress.hint}}", view.mailProgress) ?>
<?cs call:switch("mailNews", "{{settings.mail.news}}", "{{settings.mail.news.hint}}", view.mailNews) ?>
</fieldset>
<div class="actions"><button class="button primary">{{form.save}}</button></div>
</form>
</div></div>
<?cs include!"layout/foot.cs" ?>
