Subject: {{mail.signup_again.subject}}

{{mail.hello name=view.name}}

{{mail.signup_again.text}}

{{mail.reset.hint}}

{{mail.signup_again.do}}:
<?cs var:page.url ?><?cs var:view.path ?>

{{mail.why network=view.network}}

-- 
{{site.name}} · {{mail.foot}}
