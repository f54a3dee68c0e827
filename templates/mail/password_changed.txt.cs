Subject: {{mail.password_changed.subject}}

{{mail.hello name=view.name}}

{{mail.password_changed.text}}

{{mail.password_changed.hint}}

{{mail.password_changed.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

{{mail.why network=view.network}}

-- 
{{site.name}} · {{mail.foot}}
