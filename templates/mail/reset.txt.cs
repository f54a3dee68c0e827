Subject: {{mail.reset.subject}}

{{mail.hello name=view.name}}

{{mail.reset.text}}

{{mail.reset.hint}}

{{mail.reset.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

{{mail.why network=view.network}}

-- 
{{site.name}} · {{mail.foot}}
