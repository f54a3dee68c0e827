{{!-- GET, POST /me/settings: params locale (en-ZA zu-ZA), theme (system light dark), learningStyle (VISUAL
AUDITORY KINESTHETIC), pace (RELAXED STEADY INTENSIVE), dailyMinutes, goals, highContrast, fontScale (100 115
130 150), reducedMotion, screenReader, captions, mailCourses, mailReminders, mailNews. view .locale .theme
.learning.… .accessibility.… .mail.courses .reminders .news --}}<?cs
include!"layout/head.cs" ?><?cs include!"macro/account.cs" ?>
<div class="wrap"><div class="medium">
<h1 class="mb">{{me.title}}</h1><?cs call:me_tabs() ?>
<?cs call:error_summary() ?>
<form class="form" method="post" action="/me/settings" data-guard><?cs call:csrf() ?>
<fieldset class="fieldset"><legend>{{settings.general}}</legend>
<div class="field"><label for="f-locale">{{nav.language}}</label><select class="input" id="f-locale" name="locale"><option value="en-ZA"<?cs if:view.locale != "zu-ZA" ?> selected<?cs /if ?>>English</option><option value="zu-ZA" lang="zu"<?cs if:view.locale == "zu-ZA" ?> selected<?cs /if ?>>isiZulu</option></select></div>
<div class="field"><span class="label" id="theme">{{settings.theme}}</span><div class="options three" role="radiogroup" aria-labelledby="theme"><?cs
call:radio("theme", "system", "{{settings.theme.auto}}", "", view.theme) ?><?cs
call:radio("theme", "light", "{{settings.theme.light}}", "", view.theme) ?><?cs
call:radio("theme", "dark", "{{settings.theme.dark}}", "", view.theme) ?></div></div>
</fieldset>
<fieldset class="fieldset"><legend>{{settings.reading}}</legend>
<div class="field"><span class="label" id="scale">{{settings.scale}}</span><div class="options three" role="radiogroup" aria-labelledby="scale"><?cs
call:radio("fontScale", "100", "{{settings.scale.m}}", "", view.accessibility.fontScale) ?><?cs
call:radio("fontScale", "115", "{{settings.scale.l}}", "", view.accessibility.fontScale) ?><?cs
call:radio("fontScale", "130", "{{settings.scale.xl}}", "", view.accessibility.fontScale) ?><?cs
call:radio("fontScale", "150", "{{settings.scale.xxl}}", "", view.accessibility.fontScale) ?></div></div>
<?cs call:switch("highContrast", "{{settings.contrast}}", "{{settings.contrast.hint}}", view.accessibility.highContrast) ?>
<?cs call:switch("reducedMotion", "{{settings.motion}}", "", view.accessibility.reducedMotion) ?>
<?cs call:switch("screenReader", "{{settings.reader}}", "{{settings.reader.hint}}", view.accessibility.screenReader) ?>
<?cs call:switch("captions", "{{settings.captions}}", "{{settings.captions.hint}}", view.accessibility.captions) ?>
</fieldset>
<fieldset class="fieldset"><legend>{{settings.learning}}</legend>
<div class="field"><label for="f-learningStyle">{{settings.style}}</label><select class="input" id="f-learningStyle" name="learningStyle"><option value="">{{settings.any}}</option><option value="VISUAL"<?cs if:view.learning.learningStyle == "VISUAL" ?> selected<?cs /if ?>>{{settings.style.VISUAL}}</option><option value="AUDITORY"<?cs if:view.learning.learningStyle == "AUDITORY" ?> selected<?cs /if ?>>{{settings.style.AUDITORY}}</option><option value="KINESTHETIC"<?cs if:view.learning.learningStyle == "KINESTHETIC" ?> selected<?cs /if ?>>{{settings.style.KINESTHETIC}}</option></select></div>
<div class="field"><label for="f-pace">{{settings.pace}}</label><select class="input" id="f-pace" name="pace"><option value="">{{settings.any}}</option><option value="RELAXED"<?cs if:view.learning.pace == "RELAXED" ?> selected<?cs /if ?>>{{settings.pace.RELAXED}}</option><option value="STEADY"<?cs if:view.learning.pace == "STEADY" ?> selected<?cs /if ?>>{{settings.pace.STEADY}}</option><option value="INTENSIVE"<?cs if:view.learning.pace == "INTENSIVE" ?> selected<?cs /if ?>>{{settings.pace.INTENSIVE}}</option></select></div>
<div class="field"><?cs call:label("dailyMinutes", "{{settings.daily}}", "{{settings.daily.hint}}", #0) ?><input class="input auto" type="number" id="f-dailyMinutes" name="dailyMinutes" min="5" max="480" step="5" value="<?cs call:kept("dailyMinutes", view.learning.dailyMinutes) ?>"<?cs call:described("dailyMinutes", "1") ?>><?cs call:field_error("dailyMinutes") ?></div>
<?cs call:area("goals", "{{settings.goal}}", "{{settings.goal.hint}}", view.learning.goals, #2, #500) ?>
</fieldset>
<fieldset class="fieldset"><legend>{{settings.mail}}</legend>
<?cs call:switch("mailCourses", "{{settings.mail.courses}}", "", view.mail.courses) ?>
<?cs call:switch("mailReminders", "{{settings.mail.reminders}}", "{{settings.mail.reminders.hint}}", view.mail.reminders) ?>
<?cs call:switch("mailNews", "{{settings.mail.news}}", "{{settings.mail.news.hint}}", view.mail.news) ?>
</fieldset>
<div class="actions"><button class="button primary">{{form.save}}</button></div>
</form>
</div></div>
<?cs include!"layout/foot.cs" ?>
