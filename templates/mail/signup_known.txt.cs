Subject: {{mail.signup_known.subject}}

{{mail.hello name=view.name}}

{{mail.signup_known.text}}

{{mail.signup_known.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

{{mail.why network=view.network}}

-- 
{{site.name}} · {{mail.foot}}
