"""Every address of the workbench."""

from django.urls import path

from workbench.api.routes import api
from workbench.screens.views import accounts, audit_log, cases, data, decisions, documents, drg, evidence, hearing, home, institution, rules, suspects

urlpatterns = [
    path("", home.start, name="start"),
    path("home/", home.home, name="home"),
    path("language/", home.set_language, name="set_language"),
    path("theme/", home.set_theme, name="set_theme"),
    path("healthz", home.healthz, name="healthz"),
    path("watermark.svg", home.watermark, name="watermark"),
    # accounts
    path("login/", accounts.sign_in, name="login"),
    path("login/code/", accounts.second_factor, name="second_factor"),
    path("login/oidc/", accounts.oidc, name="oidc"),
    path("logout/", accounts.sign_out, name="logout"),
    path("account/", accounts.account, name="account"),
    path("account/password/", accounts.password, name="password"),
    path("users/", accounts.users, name="users"),
    # suspects
    path("suspects/", suspects.suspects, name="suspects"),
    path("suspects/export/", suspects.export, name="suspects_export"),
    path("suspects/bulk/", suspects.bulk, name="suspects_bulk"),
    path("suspects/bulk/undo/", suspects.undo_bulk, name="suspects_bulk_undo"),
    path("suspects/views/", suspects.save_view, name="view_save"),
    path("suspects/views/<int:pk>/delete/", suspects.delete_view, name="view_delete"),
    # an institution
    path("institutions/<str:code>/", institution.institution, name="institution"),
    path("institutions/<str:code>/findings/", institution.institution_findings, name="institution_findings"),
    path("institutions/<str:code>/findings/bulk/", decisions.bulk_findings, name="findings_bulk"),
    path("institutions/<str:code>/compare/", evidence.compare, name="compare"),
    path("institutions/<str:code>/documents/", documents.institution_documents, name="institution_documents"),
    path("institutions/<str:code>/verdict/", decisions.verdict, name="institution_verdict"),
    path("institutions/<str:code>/comment/", decisions.comment, name="institution_comment"),
    path("institutions/<str:code>/attach/", decisions.attach, name="institution_attach"),
    # evidence
    path("findings/<str:finding_id>/", evidence.finding, name="finding"),
    path("findings/<str:finding_id>/stay/", evidence.stay, name="finding_stay"),
    path("findings/<str:finding_id>/person/", evidence.person, name="finding_person"),
    path("findings/<str:finding_id>/dialysis/", evidence.dialysis, name="finding_dialysis"),
    path("findings/<str:finding_id>/unmask/", evidence.unmask, name="unmask"),
    path("findings/<str:finding_id>/verdict/", decisions.verdict, name="finding_verdict"),
    path("findings/<str:finding_id>/comment/", decisions.comment, name="finding_comment"),
    path("findings/<str:finding_id>/attach/", decisions.attach, name="finding_attach"),
    # decisions
    path("verdicts/", decisions.verdicts, name="verdicts"),
    path("verdicts/review/", decisions.review_verdicts, name="verdicts_review"),
    path("verdicts/<int:pk>/undo/", decisions.undo_verdict, name="verdict_undo"),
    path("verdicts/<int:pk>/review/", decisions.review_verdict, name="verdict_review"),
    # cases
    path("cases/", cases.cases, name="cases"),
    path("cases/ledgers.xlsx", cases.case_ledgers, name="case_ledgers"),
    path("cases/plan/", cases.plan, name="plan"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/assign/", cases.case_assign, name="case_assign"),
    path("cases/<int:pk>/step/", cases.case_step, name="case_step"),
    path("cases/<int:pk>/move/", cases.case_move, name="case_move"),
    path("cases/<int:pk>/clearance.docx", cases.case_clearance, name="case_clearance"),
    path("cases/<int:pk>/handover/<int:step>.docx", cases.case_handover, name="case_handover"),
    path("institutions/<str:code>/case/", cases.case_open, name="case_open"),
    path("attachments/<int:pk>/", decisions.attachment, name="attachment"),
    # rules, models, data
    path("rules/", rules.rules, name="rules"),
    path("rules/approved.yaml", rules.approved_parameters, name="approved_parameters"),
    path("rules/<str:rule_id>/", rules.rule, name="rule"),
    path("rules/<str:rule_id>/propose/", rules.propose, name="propose"),
    path("trials/<int:pk>/", rules.trial, name="trial"),
    path("proposals/<int:pk>/", rules.decide_proposal, name="proposal"),
    path("models/", rules.models, name="models"),
    path("data/", data.data, name="data"),
    path("data/quarantine/", data.quarantine, name="quarantine"),
    path("drg/", drg.drg, name="drg"),
    path("drg/alerts/", drg.drg_alerts, name="drg_alerts"),
    path("drg/cases/", drg.drg_cases, name="drg_cases"),
    path("drg/effect/", drg.drg_effect, name="drg_effect"),
    # audit, hearing
    path("audit/", audit_log.audit, name="audit"),
    path("audit/verify/", audit_log.audit_verify, name="audit_verify"),
    path("hearing/", hearing.hearing, name="hearing"),
    path("hearing/files/<int:pk>/", hearing.hearing_file, name="hearing_file"),
    path("hearing/cases/<int:pk>/", hearing.hearing_statement, name="hearing_statement"),
    path("hearing/<str:finding_id>/", hearing.hearing_case, name="hearing_case"),
    path("hearing/<str:finding_id>/answer/", hearing.hearing_answer, name="hearing_answer"),
    path("api/", api.urls),
]

handler403 = "workbench.screens.errors.forbidden"
handler404 = "workbench.screens.errors.missing"
handler500 = "workbench.screens.errors.failed"
