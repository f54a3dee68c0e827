Subject: {{mail.welcome.subject}}

{{mail.hello name=view.name}}

{{mail.welcome.text}}

{{mail.welcome.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

{{mail.why network=view.network}}

-- 
{{site.name}} · {{mail.foot}}
