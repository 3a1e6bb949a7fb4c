"""What the product itself says in an answer, in Arabic and English."""

from __future__ import annotations

from indexes.types import DocumentState, Language, WarningKind

_MESSAGES: dict[str, dict[str, str]] = {
    "not_found": {
        "en": "These documents do not answer this question.",
        "ar": "لا تجيب هذه الوثائق عن هذا السؤال.",
    },
    "empty": {
        "en": "There is no document to search (with these filters).",
        "ar": "لا توجد وثائق للبحث فيها (بهذه المرشحات).",
    },
    "evidence_ar": {
        "en": "The evidence is in Arabic; it is quoted in its own language.",
        "ar": "الدليل باللغة العربية.",
    },
    "evidence_en": {
        "en": "The evidence is in English.",
        "ar": "الدليل باللغة الإنجليزية، ويُقتبس بلغته.",
    },
    "differ": {
        "en": "Current documents give different figures; all are shown.",
        "ar": "تعطي وثائق سارية أرقامًا مختلفة؛ وهي معروضة كلها.",
    },
    "state": {"en": "{title} is {state}.", "ar": "{title}: {state}."},
    "withheld": {
        "en": "{title}, page {page}, bears on this but cannot be quoted safely ({reason}): look at the page itself.",
        "ar": "{title}، صفحة {page}، لها صلة لكن لا يصح الاقتباس منها ({reason}): انظر إلى الصفحة نفسها.",
    },
    DocumentState.SUPERSEDED: {"en": "superseded by a newer edition", "ar": "إصدار قديم حل محله أحدث"},
    DocumentState.EXPIRED: {"en": "expired", "ar": "منتهي السريان"},
    DocumentState.NOT_YET_EFFECTIVE: {"en": "not yet in effect", "ar": "لم يسرِ بعد"},
    DocumentState.WITHDRAWN: {"en": "withdrawn", "ar": "مسحوب"},
    WarningKind.UNVERIFIED_ORDER: {"en": "the order of its text is in doubt", "ar": "ترتيب النص غير مؤكد"},
    WarningKind.GARBLED_TEXT: {"en": "its letters are garbled", "ar": "حروفها مشوهة"},
    WarningKind.NO_TEXT_LAYER: {"en": "it is an image", "ar": "الصفحة صورة"},
    WarningKind.DIGIT_DISAGREEMENT: {"en": "two readings give different numbers", "ar": "قراءتان تعطيان أرقامًا مختلفة"},
    WarningKind.DESCENDING_RANGE: {"en": "a range may be swapped", "ar": "قد يكون مدى الأرقام معكوسًا"},
    WarningKind.OCR: {"en": "it was read from an image", "ar": "قُرئت من صورة"},
    WarningKind.UNREADABLE_PART: {"en": "a part of it could not be read", "ar": "تعذرت قراءة جزء منها"},
}  # fmt: skip


def say(what: str, language: Language, **values: object) -> str:
    """The message in the language (English unless it is Arabic), with `values` filled in."""
    return _MESSAGES[what]["ar" if language is Language.AR else "en"].format(**values)
