"""Walls of many languages and makers, and articles about such things: all fictional, all as whole pages."""

from datetime import UTC, datetime

import pytest

from config.site import SiteConfig
from pipeline import read
from pipeline.kinds import walls
from pipeline.reading import Reading, Reason, Verdict

B, N, C, L = Reason.BLOCKED, Reason.NOT_FOUND, Reason.CONSENT, Reason.LOGIN
FETCHED_AT = datetime(2026, 3, 20, 8, tzinfo=UTC)
SITE = SiteConfig.model_validate({
    "name": "harbour", "title": "Harbour Post", "home": "https://www.harbour.example/", "time_zone": "Europe/Oslo",
})  # fmt: skip
MENU = (
    "<header><nav><ul><li><a href='/'>Home</a></li><li><a href='/city'>City</a></li><li><a href='/sea'>Sea</a></li>"
    "<li><a href='/login'>Log in</a></li></ul></nav></header>"
)
FOOT = "<footer><a href='/privacy'>Privacy</a> <a href='/cookies'>Cookie settings</a> <p>© Harbour Post</p></footer>"
TEASERS = "".join(
    f"<li><a href='/2026/03/{n}-{slug}'>{text}</a></li>"
    for n, (slug, text) in enumerate([
        ("ferry", "Ferry to the islands sails twice a day again"), ("whale", "Whale seen in the bay near the old quay"),
        ("storm", "Storm damages boats in the northern harbour"), ("mayor", "Mayor opens the rebuilt fish market"),
    ])
)  # fmt: skip

WALLS: list[tuple[Reason, str, str, str]] = [
    # reason, language, title, what the body holds
    (B, "en", "Just a moment...", "<div class='main-wrapper'><h1>harbour.example</h1><h2>Verify you are human by completing the action below.</h2><div class='cf-turnstile'></div><p>harbour.example needs to review the security of your connection before proceeding.</p><div>Ray ID: <code>8f1c2d</code></div></div>"),
    (B, "en", "Attention Required! | Edge", "<h1>Sorry, you have been blocked</h1><h2>You are unable to access harbour.example</h2><p>This website is using a security service to protect itself from online attacks. The action you just performed triggered the security solution.</p>"),
    (B, "en", "Access Denied", "<H1>Access Denied</H1>You don't have permission to access \"http&#58;&#47;&#47;www&#46;harbour&#46;example&#47;\" on this server.<P>Reference #18.4f1c&#46;177&#46;3d2</P>"),
    (B, "en", "harbour.example", "<p id='cmsg'>Please enable JS and disable any ad blocker</p>"),
    (B, "en", "Pardon Our Interruption", "<h1>Pardon Our Interruption...</h1><p>As you were browsing something about your browser made us think you were a bot. There are a few reasons this might happen:</p><ul><li>You're a power user moving through this website with super-human speed.</li><li>You've disabled cookies in your web browser.</li></ul>"),
    (B, "en", "Harbour Post - Are you a robot?", "<h2>To continue, please click the box below to let us know you're not a robot.</h2><p>Why did this happen? Please make sure your browser supports JavaScript and cookies and that you are not blocking them from loading.</p><p>Block reference ID: 91aa</p>"),
    (B, "en", "Access to this page has been denied", "<div class='px-captcha-container'><p>Press &amp; Hold to confirm you are a human (and not a bot).</p></div>"),
    (B, "en", "403 Forbidden", "<center><h1>403 Forbidden</h1></center><hr><center>nginx</center>"),
    (B, "en", "429 Too Many Requests", "<h1>Too many requests</h1><p>You have sent too many requests in a given amount of time.</p>"),
    (B, "en", "Harbour Post", "<main><h1>Unavailable due to legal reasons</h1><p>We recognize you are attempting to access this website from a country belonging to the European Economic Area and therefore access cannot be granted at this time.</p></main>"),
    (B, "de", "Sicherheitsüberprüfung", "<h1>Sind Sie ein Mensch?</h1><p>Wir haben ungewöhnlichen Datenverkehr aus Ihrem Netz festgestellt. Bitte lösen Sie die Aufgabe, um fortzufahren.</p>"),
    (B, "fr", "Vérification", "<h1>Confirmez que vous êtes humain</h1><p>Un trafic inhabituel a été détecté depuis votre réseau. Cochez la case pour poursuivre.</p>"),
    (B, "es", "Acceso denegado", "<h1>Acceso denegado</h1><p>Su dirección ha sido bloqueada por el administrador del sitio. Si cree que se trata de un error, escríbanos.</p>"),
    (B, "it", "Un momento", "<p>Conferma che non sei un robot per continuare la navigazione.</p>"),
    (B, "ru", "Проверка браузера", "<h1>Подтвердите, что вы не робот</h1><p>С вашего адреса поступает слишком много обращений к сайту.</p>"),
    (B, "zh", "安全验证", "<div><p>您的访问请求过于频繁，请完成验证后继续浏览。</p></div>"),
    (B, "ja", "アクセス拒否", "<p>アクセスが集中しているため、ただいま表示できません。しばらくしてからもう一度お試しください。</p>"),
    (B, "tr", "Harbour Post", "<h1>Erişim engellendi</h1><p>Lütfen robot olmadığınızı doğrulayın.</p>"),
    (N, "en", "Page not found - Harbour Post", MENU + "<main><h1>Page not found</h1><p>Sorry, the page you were looking for has gone out with the tide. Try one of these:</p><ul>" + TEASERS * 4 + "</ul></main>" + FOOT),
    (N, "en", "404 | Harbour Post", MENU + "<h1>404</h1><p>Looks like nothing was found at this location. Maybe try a search?</p>" + FOOT),
    (N, "en", "Oops!", MENU + "<div class='error-page'><h1>Oops!</h1><p>We can't seem to find the page you're looking for. It may have been moved or deleted.</p></div>" + FOOT),
    (N, "en", "Harbour Post", MENU + "<main><h1>This article is no longer available</h1><p>The article you requested was taken offline.</p></main>" + FOOT),
    (N, "de", "Fehler 404 – Hafenblatt", MENU + "<h1>Hoppla!</h1><p>Die gesuchte Seite ist leider nicht (mehr) vorhanden. Vielleicht hilft Ihnen die Suche weiter.</p>" + FOOT),
    (N, "de", "Seite nicht gefunden", MENU + "<p>Diese Adresse führt ins Leere.</p><p>Zurück zur Startseite</p>" + FOOT),
    (N, "fr", "Page introuvable | Le Quai", MENU + "<p>Désolé, la page demandée n'existe pas ou a changé d'adresse. Retournez à l'accueil du journal.</p>" + FOOT),
    (N, "es", "El Muelle", MENU + "<h1>Error 404</h1><p>La página que buscas no existe o ha cambiado de dirección.</p>" + FOOT),
    (N, "it", "Pagina non trovata - Il Molo", MENU + "<p>La pagina che stai cercando non c'è più.</p>" + FOOT),
    (N, "pt", "Página não encontrada", MENU + "<p>O endereço mudou ou o texto foi retirado do ar pela redação.</p>" + FOOT),
    (N, "pl", "Nie znaleziono strony", MENU + "<p>Adres jest niepoprawny albo strona została przeniesiona do innego działu.</p>" + FOOT),
    (N, "nl", "De Kade", MENU + "<h1>Pagina niet gevonden</h1><p>Deze pagina is verhuisd of verwijderd, ga terug naar de voorpagina.</p>" + FOOT),
    (N, "sv", "Sidan hittades inte", MENU + "<p>Länken är för gammal eller felstavad, försök med sökrutan här ovanför.</p>" + FOOT),
    (N, "cs", "Stránka nenalezena | Přístav", MENU + "<p>Odkaz je starý nebo chybný, zkuste to prosím z titulní strany.</p>" + FOOT),
    (N, "ru", "Страница не найдена", MENU + "<p>Возможно, она была удалена или в адресе допущена ошибка, вернитесь на главную.</p>" + FOOT),
    (N, "ar", "الصفحة غير موجودة", MENU + "<p>عذرا، ربما تم نقل هذه المادة أو حذفها من الموقع، عد إلى الصفحة الرئيسية من فضلك.</p>" + FOOT),
    (N, "ja", "港新聞", MENU + "<h1>ページが見つかりません</h1><p>お探しのページは移動または削除された可能性があります。</p>" + FOOT),
    (N, "ko", "항구신문", MENU + "<p>요청하신 페이지를 찾을 수 없습니다. 주소를 다시 확인해 주세요.</p>" + FOOT),
    (N, "vi", "Không tìm thấy trang", MENU + "<p>Bài viết đã bị gỡ bỏ hoặc đường dẫn không đúng, mời bạn quay lại trang chủ.</p>" + FOOT),
    (C, "en", "Harbour Post", "<div role='dialog'><h1>We value your privacy</h1><p>We and our 842 partners store and access information on a device, such as cookies, and process personal data for personalised ads and content, measurement and audience research. You may withdraw your consent at any time.</p><button>Accept all</button><button>Manage preferences</button></div>"),
    (C, "en", "Before you continue", "<h1>Before you continue to Harbour</h1><p>We use cookies and data to deliver and maintain our services, track outages and measure audience engagement.</p><form><button>Reject all</button><button>Accept all</button></form>"),
    (C, "en", "Your privacy choices", "<h1>Your choices</h1>" + "".join(f"<p>Purpose {n}: our vendors and partners process identifiers and device data for advertising and measurement on the basis of consent or legitimate interest. Accept or reject this processing by these partners.</p>" for n in range(1, 11))),
    (C, "de", "Hafenblatt", "<h1>Hafenblatt mit Werbung</h1><p>Besuchen Sie das Hafenblatt wie gewohnt mit Werbung und Cookies. Ihre Einwilligung können Sie jederzeit widerrufen.</p><p>Oder nutzen Sie das Pur-Abo ohne Tracking für 2,99 Euro im Monat.</p><button>Einwilligen und weiter</button>"),
    (C, "fr", "Le Quai", "<h1>Le respect de votre vie privée</h1><p>Nos partenaires et nous déposons des cookies sur votre appareil avec votre consentement.</p><a>Continuer sans accepter</a><button>Tout accepter</button>"),
    (C, "es", "El Muelle", "<h2>Su privacidad</h2><p>Nosotros y nuestros socios usamos cookies para mostrar publicidad personalizada y medir la audiencia.</p><button>Aceptar y continuar</button><button>Suscribirse y rechazar</button>"),
    (C, "it", "Il Molo", "<h2>La tua privacy</h2><p>Noi e i nostri partner utilizziamo i cookie per personalizzare annunci e contenuti, previo tuo consenso.</p><button>Accetta e continua</button>"),
    (C, "pl", "Nabrzeże", "<h2>Szanowni czytelnicy</h2><p>My i nasi zaufani partnerzy używamy plików cookies, aby dopasować reklamy do Państwa zainteresowań.</p><button>Przejdź do serwisu</button>"),
    (C, "nl", "De Kade", "<h2>Wij gebruiken cookies</h2><p>Met jouw toestemming plaatsen wij en onze partners cookies om advertenties af te stemmen.</p><button>Akkoord</button>"),
    (C, "fi", "Satamalehti", "<h2>Evästeet</h2><p>Käytämme evästeitä sisällön ja mainonnan kohdentamiseen sekä kävijöiden laskemiseen.</p><button>Hyväksy kaikki</button>"),
    (L, "en", "Pier reopens | Harbour Post", MENU + "<article><h1>Pier reopens</h1><p>Subscribe to continue reading this story.</p><p>Already a subscriber? Log in</p><p>Start your free trial today and cancel at any time.</p></article>" + FOOT),
    (L, "en", "Log in | Harbour Post", MENU + "<form><h1>Log in to your account</h1><label>E-mail</label><input name='m'><label>Password</label><input type='password'><p>Forgot your password?</p><p>No account yet? Register now and read ten stories a month for free.</p></form>" + FOOT),
    (L, "en", "Members only", MENU + "<h1>Members only</h1><p>This part of the site is for those who support the paper each month.</p>" + FOOT),
    (L, "de", "Mole wieder offen", MENU + "<h1>Mole wieder offen</h1><p>Jetzt weiterlesen mit dem Hafenblatt Plus.</p><p>Sie haben bereits ein Abo? Hier anmelden.</p><p>Monatlich kündbar.</p>" + FOOT),
    (L, "fr", "La jetée rouvre", MENU + "<h1>La jetée rouvre</h1><p>Cet article est réservé aux abonnés.</p><p>Abonnez-vous pour lire la suite, sans engagement.</p><p>Déjà abonné ? Se connecter</p>" + FOOT),
    (L, "es", "Reabre el muelle", MENU + "<h1>Reabre el muelle</h1><p>Contenido exclusivo para suscriptores.</p><p>¿Ya eres suscriptor? Inicia sesión para seguir leyendo.</p>" + FOOT),
    (L, "sv", "Piren öppnar", MENU + "<h1>Piren öppnar</h1><p>Artikeln är för prenumeranter.</p><p>Redan prenumerant? Logga in för att läsa vidare.</p>" + FOOT),
    (L, "pl", "Molo otwarte", MENU + "<h1>Molo otwarte</h1><p>Tekst dostępny tylko dla prenumeratorów.</p><p>Masz już prenumeratę? Zaloguj się, aby przeczytać całość.</p>" + FOOT),
    (L, "ru", "Вход", MENU + "<form><h1>Вход</h1><p>Введите почту и пароль, чтобы читать газету целиком.</p><a>Забыли пароль?</a></form>" + FOOT),
    (L, "ja", "桟橋が再開", MENU + "<h1>桟橋が再開</h1><p>この記事は有料会員限定です。</p><p>ログインして続きをお読みください。</p>" + FOOT),
    (L, "zh", "用户登录", MENU + "<form><h1>用户登录</h1><p>登录后即可阅读全文并收藏文章。</p></form>" + FOOT),
    (L, "ko", "부두 재개장", MENU + "<h1>부두 재개장</h1><p>유료회원 전용 기사입니다.</p><p>로그인 후 이용해 주세요.</p>" + FOOT),
]  # fmt: skip

STORY = (
    "The council met on Tuesday to discuss the matter, which has divided the town since the storm of last winter.",
    "“We will look at every paper before the summer,” the mayor, Ada Lund, told the meeting in the old customs house.",
    "Opponents of the plan said that nobody had asked the fishermen, whose boats lie beside the northern quay at night.",
    "A decision is expected in May, when the season opens and the first ferries from the islands are due to arrive.",
)
ABOUT = [
    ("Access denied: court tells harbour to open its books", "Journalists were told that access is restricted when they asked for the minutes."),
    ("Why your browser asks whether you are a robot", "Readers who solve the captcha below the form wait nine seconds on average, a study found."),
    ("Blocked", "The road to the lighthouse has been blocked by fallen trees, and the request was blocked by the council."),
    ("404: the art of the missing page", "Some sites make a joke of their “page not found” message, and error 404 has become a symbol."),
    ("Not found: the ship that never arrived", "Divers searched for a week, but nothing was found near the reef."),
    ("What cookies really know about you", "Anyone who clicks “accept all cookies” shares data with hundreds of partners and vendors."),
    ("Data authority fines publisher over cookie consent", "The authority said that consent has to be as easy to refuse as to give, and that partners must be named."),
    ("Paper drops its paywall", "The text that greeted readers for years, “Subscribe to continue reading”, is gone."),
    ("Password leak: what to do now", "Whoever used “forgot your password” in March should change it again, the company said."),
    ("Service unavailable: trains stop for a day", "The operator wrote that the line is temporarily unavailable because of works."),
]  # fmt: skip


def page(title: str, body: str, *, language: str = "en", head: str = "") -> bytes:
    return (
        f"<!doctype html><html lang='{language}'><head><meta charset='utf-8'><title>{title}</title>{head}</head>"
        f"<body>{body}</body></html>"
    ).encode()


def reading_of(body: bytes, path: str = "/2026/03/pier-reopens") -> Reading:
    url = f"https://www.harbour.example{path}"
    return read.read(body, url=url, site=SITE, fetched_at=FETCHED_AT)


@pytest.mark.parametrize(
    ("reason", "language", "title", "body"),
    WALLS,
    ids=[f"{number}-{wall[0]}-{wall[1]}" for number, wall in enumerate(WALLS)],
)
def test_a_wall_is_kept_out_with_its_reason(
    reason: Reason, language: str, title: str, body: str
) -> None:
    reading = reading_of(page(title, body, language=language))
    assert reading.verdict is Verdict.QUARANTINED
    assert (reading.reason, bool(reading.detail)) == (reason, True), reading.detail


@pytest.mark.parametrize("is_stated", [True, False])
@pytest.mark.parametrize(("title", "line"), ABOUT)
def test_news_about_walls_is_believed(title: str, line: str, *, is_stated: bool) -> None:
    head = "<meta property='og:type' content='article'>" if is_stated else ""
    told = "".join(f"<p>{text}</p>" for text in (STORY[0], line, *STORY[1:]))
    body = (
        f"{MENU}<main><article><h1>{title}</h1><p class='byline'>By Bo Ek</p><time datetime='2026-03-02T09:00:00+01:00'>"
        f"2 March 2026</time>{told}</article></main>{FOOT}"
    )
    reading = reading_of(page(f"{title} | Harbour Post", body, head=head))
    assert reading.verdict is Verdict.BELIEVED, (reading.reason, reading.detail)
    assert line in reading.text


def test_a_wall_that_only_speaks_without_scripts_is_heard() -> None:
    body = "<div id='root'></div><noscript><p>Please enable JS and disable any ad blocker</p></noscript>"
    assert reading_of(page("harbour.example", body)).reason is B


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Page not found - Harbour Post", N),
        ("Harbour Post | 404", N),
        ("Error 404: Page not found", N),
        ("404 - Seite nicht gefunden", N),
        ("HTTP 503 Service Unavailable", B),
        ("ACCESS DENIED", B),
        ("We’re open: page not found the new bookshop", None),
        ("The 404 bus to the coast", None),
        ("Cookies for the winter feast", None),
        ("404 missing after ferry accident", None),
    ],
)
def test_a_title_has_to_be_a_walls_as_a_whole(title: str, reason: Reason | None) -> None:
    said = walls.in_title([title])
    assert (said.reason if said else None) is reason


def test_what_is_said_beside_a_walls_words_is_measured() -> None:
    told = STORY[0]
    said = walls.in_text([f"{told} Already a subscriber? Log in to continue."])
    assert said is not None
    assert said.reason is L
    assert said.rest == len(told)


def test_what_else_is_said_does_not_count_where_one_kind_is_wanted_and_silent() -> None:
    blocked = ["Access denied. Please turn JavaScript on."]
    assert walls.in_text(blocked, wanted=L) is None
    assert walls.in_text(blocked) == walls.in_text(blocked, wanted=B)
