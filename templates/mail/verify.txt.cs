Subject: {{mail.verify.subject}}

{{mail.hello name=view.name}}

{{mail.verify.text}}

{{mail.verify.hint}}

{{mail.verify.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

{{mail.why network=view.network}}

-- 
{{site.name}} · {{mail.foot}}
