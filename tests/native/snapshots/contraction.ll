declare void @llvm.x86.sse2.pause()
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)

declare <8 x float> @llvm.fma.v8f32(<8 x float>, <8 x float>, <8 x float>)

declare <8 x float> @llvm.masked.gather.v8f32.v8p0(<8 x ptr>, i32, <8 x i1>, <8 x float>)

declare <8 x float> @llvm.masked.load.v8f32.p0(ptr, i32, <8 x i1>, <8 x float>)

declare void @llvm.masked.store.v8f32.p0(<8 x float>, ptr, i32, <8 x i1>)

define internal void @g0(ptr noalias %a0, ptr noalias %a1, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ 0, %entry ], [ %r14, %body1 ]
  %c1 = icmp slt i64 %at1, 3
  br i1 %c1, label %body1, label %done1
body1:
  %r2 = getelementptr float, ptr %a0, i64 %at1
  %r3 = getelementptr float, ptr %r2, <8 x i64> <i64 0, i64 3, i64 6, i64 9, i64 12, i64 15, i64 18, i64 21>
  %r4 = call <8 x float> @llvm.masked.gather.v8f32.v8p0(<8 x ptr> %r3, i32 4, <8 x i1> splat (i1 true), <8 x float> zeroinitializer)
  %r5 = mul i64 %at1, 9
  %r6 = getelementptr float, ptr %a1, i64 %r5
  store <8 x float> %r4, ptr %r6, align 4
  %r7 = getelementptr float, ptr %a0, i64 %at1
  %r8 = getelementptr float, ptr %r7, i64 24
  %r9 = getelementptr float, ptr %r8, <8 x i64> <i64 0, i64 3, i64 6, i64 9, i64 12, i64 15, i64 18, i64 21>
  %r10 = call <8 x float> @llvm.masked.gather.v8f32.v8p0(<8 x ptr> %r9, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r11 = mul i64 %at1, 9
  %r12 = getelementptr float, ptr %a1, i64 %r11
  %r13 = getelementptr float, ptr %r12, i64 8
  call void @llvm.masked.store.v8f32.p0(<8 x float> %r10, ptr %r13, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>)
  %r14 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

define internal void @g1(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ 0, %entry ], [ %r205, %body1 ]
  %c1 = icmp slt i64 %at1, 1
  br i1 %c1, label %body1, label %done1
body1:
  %r2 = mul i64 %at1, 1
  %r3 = mul i64 %r2, 5
  %r4 = mul i64 %r3, 3
  %r5 = getelementptr float, ptr %a0, i64 %r4
  %r6 = load float, ptr %r5
  %r7 = insertelement <8 x float> poison, float %r6, i64 0
  %r8 = shufflevector <8 x float> %r7, <8 x float> poison, <8 x i32> zeroinitializer
  %r9 = load <8 x float>, ptr %a1, align 4
  %r11 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r8, <8 x float> %r9, <8 x float> splat (float 0x0000000000000000))
  %r12 = getelementptr float, ptr %a1, i64 8
  %r13 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %r12, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r15 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r8, <8 x float> %r13, <8 x float> splat (float 0x0000000000000000))
  %r16 = getelementptr float, ptr %r5, i64 3
  %r17 = load float, ptr %r16
  %r18 = insertelement <8 x float> poison, float %r17, i64 0
  %r19 = shufflevector <8 x float> %r18, <8 x float> poison, <8 x i32> zeroinitializer
  %r21 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r19, <8 x float> %r9, <8 x float> splat (float 0x0000000000000000))
  %r23 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r19, <8 x float> %r13, <8 x float> splat (float 0x0000000000000000))
  %r24 = getelementptr float, ptr %r5, i64 6
  %r25 = load float, ptr %r24
  %r26 = insertelement <8 x float> poison, float %r25, i64 0
  %r27 = shufflevector <8 x float> %r26, <8 x float> poison, <8 x i32> zeroinitializer
  %r29 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r27, <8 x float> %r9, <8 x float> splat (float 0x0000000000000000))
  %r31 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r27, <8 x float> %r13, <8 x float> splat (float 0x0000000000000000))
  %r32 = getelementptr float, ptr %r5, i64 9
  %r33 = load float, ptr %r32
  %r34 = insertelement <8 x float> poison, float %r33, i64 0
  %r35 = shufflevector <8 x float> %r34, <8 x float> poison, <8 x i32> zeroinitializer
  %r37 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r35, <8 x float> %r9, <8 x float> splat (float 0x0000000000000000))
  %r39 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r35, <8 x float> %r13, <8 x float> splat (float 0x0000000000000000))
  %r40 = getelementptr float, ptr %r5, i64 12
  %r41 = load float, ptr %r40
  %r42 = insertelement <8 x float> poison, float %r41, i64 0
  %r43 = shufflevector <8 x float> %r42, <8 x float> poison, <8 x i32> zeroinitializer
  %r45 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r43, <8 x float> %r9, <8 x float> splat (float 0x0000000000000000))
  %r47 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r43, <8 x float> %r13, <8 x float> splat (float 0x0000000000000000))
  %r48 = getelementptr float, ptr %r5, i64 1
  %r49 = load float, ptr %r48
  %r50 = insertelement <8 x float> poison, float %r49, i64 0
  %r51 = shufflevector <8 x float> %r50, <8 x float> poison, <8 x i32> zeroinitializer
  %r52 = getelementptr float, ptr %a1, i64 9
  %r53 = load <8 x float>, ptr %r52, align 4
  %r55 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r51, <8 x float> %r53, <8 x float> %r11)
  %r56 = getelementptr float, ptr %a1, i64 17
  %r57 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %r56, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r59 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r51, <8 x float> %r57, <8 x float> %r15)
  %r60 = getelementptr float, ptr %r5, i64 4
  %r61 = load float, ptr %r60
  %r62 = insertelement <8 x float> poison, float %r61, i64 0
  %r63 = shufflevector <8 x float> %r62, <8 x float> poison, <8 x i32> zeroinitializer
  %r65 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r63, <8 x float> %r53, <8 x float> %r21)
  %r67 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r63, <8 x float> %r57, <8 x float> %r23)
  %r68 = getelementptr float, ptr %r5, i64 7
  %r69 = load float, ptr %r68
  %r70 = insertelement <8 x float> poison, float %r69, i64 0
  %r71 = shufflevector <8 x float> %r70, <8 x float> poison, <8 x i32> zeroinitializer
  %r73 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r71, <8 x float> %r53, <8 x float> %r29)
  %r75 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r71, <8 x float> %r57, <8 x float> %r31)
  %r76 = getelementptr float, ptr %r5, i64 10
  %r77 = load float, ptr %r76
  %r78 = insertelement <8 x float> poison, float %r77, i64 0
  %r79 = shufflevector <8 x float> %r78, <8 x float> poison, <8 x i32> zeroinitializer
  %r81 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r79, <8 x float> %r53, <8 x float> %r37)
  %r83 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r79, <8 x float> %r57, <8 x float> %r39)
  %r84 = getelementptr float, ptr %r5, i64 13
  %r85 = load float, ptr %r84
  %r86 = insertelement <8 x float> poison, float %r85, i64 0
  %r87 = shufflevector <8 x float> %r86, <8 x float> poison, <8 x i32> zeroinitializer
  %r89 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r87, <8 x float> %r53, <8 x float> %r45)
  %r91 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r87, <8 x float> %r57, <8 x float> %r47)
  %r92 = getelementptr float, ptr %r5, i64 2
  %r93 = load float, ptr %r92
  %r94 = insertelement <8 x float> poison, float %r93, i64 0
  %r95 = shufflevector <8 x float> %r94, <8 x float> poison, <8 x i32> zeroinitializer
  %r96 = getelementptr float, ptr %a1, i64 18
  %r97 = load <8 x float>, ptr %r96, align 4
  %r99 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r95, <8 x float> %r97, <8 x float> %r55)
  %r100 = getelementptr float, ptr %a1, i64 26
  %r101 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %r100, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r103 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r95, <8 x float> %r101, <8 x float> %r59)
  %r104 = getelementptr float, ptr %r5, i64 5
  %r105 = load float, ptr %r104
  %r106 = insertelement <8 x float> poison, float %r105, i64 0
  %r107 = shufflevector <8 x float> %r106, <8 x float> poison, <8 x i32> zeroinitializer
  %r109 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r107, <8 x float> %r97, <8 x float> %r65)
  %r111 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r107, <8 x float> %r101, <8 x float> %r67)
  %r112 = getelementptr float, ptr %r5, i64 8
  %r113 = load float, ptr %r112
  %r114 = insertelement <8 x float> poison, float %r113, i64 0
  %r115 = shufflevector <8 x float> %r114, <8 x float> poison, <8 x i32> zeroinitializer
  %r117 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r115, <8 x float> %r97, <8 x float> %r73)
  %r119 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r115, <8 x float> %r101, <8 x float> %r75)
  %r120 = getelementptr float, ptr %r5, i64 11
  %r121 = load float, ptr %r120
  %r122 = insertelement <8 x float> poison, float %r121, i64 0
  %r123 = shufflevector <8 x float> %r122, <8 x float> poison, <8 x i32> zeroinitializer
  %r125 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r123, <8 x float> %r97, <8 x float> %r81)
  %r127 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r123, <8 x float> %r101, <8 x float> %r83)
  %r128 = getelementptr float, ptr %r5, i64 14
  %r129 = load float, ptr %r128
  %r130 = insertelement <8 x float> poison, float %r129, i64 0
  %r131 = shufflevector <8 x float> %r130, <8 x float> poison, <8 x i32> zeroinitializer
  %r133 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r131, <8 x float> %r97, <8 x float> %r89)
  %r135 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r131, <8 x float> %r101, <8 x float> %r91)
  %r136 = fcmp ogt <8 x float> %r99, splat (float 0x0000000000000000)
  %r137 = fcmp uno <8 x float> %r99, %r99
  %r138 = or <8 x i1> %r136, %r137
  %r139 = select <8 x i1> %r138, <8 x float> %r99, <8 x float> splat (float 0x0000000000000000)
  %r140 = mul i64 %r3, 9
  %r141 = getelementptr float, ptr %a2, i64 %r140
  %r142 = fcmp ogt <8 x float> %r103, splat (float 0x0000000000000000)
  %r143 = fcmp uno <8 x float> %r103, %r103
  %r144 = or <8 x i1> %r142, %r143
  %r145 = select <8 x i1> %r144, <8 x float> %r103, <8 x float> splat (float 0x0000000000000000)
  %r146 = mul i64 %r3, 9
  %r147 = getelementptr float, ptr %a2, i64 %r146
  %r148 = fcmp ogt <8 x float> %r109, splat (float 0x0000000000000000)
  %r149 = fcmp uno <8 x float> %r109, %r109
  %r150 = or <8 x i1> %r148, %r149
  %r151 = select <8 x i1> %r150, <8 x float> %r109, <8 x float> splat (float 0x0000000000000000)
  %r152 = mul i64 %r3, 9
  %r153 = getelementptr float, ptr %a2, i64 %r152
  %r154 = fcmp ogt <8 x float> %r111, splat (float 0x0000000000000000)
  %r155 = fcmp uno <8 x float> %r111, %r111
  %r156 = or <8 x i1> %r154, %r155
  %r157 = select <8 x i1> %r156, <8 x float> %r111, <8 x float> splat (float 0x0000000000000000)
  %r158 = mul i64 %r3, 9
  %r159 = getelementptr float, ptr %a2, i64 %r158
  %r160 = fcmp ogt <8 x float> %r117, splat (float 0x0000000000000000)
  %r161 = fcmp uno <8 x float> %r117, %r117
  %r162 = or <8 x i1> %r160, %r161
  %r163 = select <8 x i1> %r162, <8 x float> %r117, <8 x float> splat (float 0x0000000000000000)
  %r164 = mul i64 %r3, 9
  %r165 = getelementptr float, ptr %a2, i64 %r164
  %r166 = fcmp ogt <8 x float> %r119, splat (float 0x0000000000000000)
  %r167 = fcmp uno <8 x float> %r119, %r119
  %r168 = or <8 x i1> %r166, %r167
  %r169 = select <8 x i1> %r168, <8 x float> %r119, <8 x float> splat (float 0x0000000000000000)
  %r170 = mul i64 %r3, 9
  %r171 = getelementptr float, ptr %a2, i64 %r170
  %r172 = fcmp ogt <8 x float> %r125, splat (float 0x0000000000000000)
  %r173 = fcmp uno <8 x float> %r125, %r125
  %r174 = or <8 x i1> %r172, %r173
  %r175 = select <8 x i1> %r174, <8 x float> %r125, <8 x float> splat (float 0x0000000000000000)
  %r176 = mul i64 %r3, 9
  %r177 = getelementptr float, ptr %a2, i64 %r176
  %r178 = fcmp ogt <8 x float> %r127, splat (float 0x0000000000000000)
  %r179 = fcmp uno <8 x float> %r127, %r127
  %r180 = or <8 x i1> %r178, %r179
  %r181 = select <8 x i1> %r180, <8 x float> %r127, <8 x float> splat (float 0x0000000000000000)
  %r182 = mul i64 %r3, 9
  %r183 = getelementptr float, ptr %a2, i64 %r182
  %r184 = fcmp ogt <8 x float> %r133, splat (float 0x0000000000000000)
  %r185 = fcmp uno <8 x float> %r133, %r133
  %r186 = or <8 x i1> %r184, %r185
  %r187 = select <8 x i1> %r186, <8 x float> %r133, <8 x float> splat (float 0x0000000000000000)
  %r188 = mul i64 %r3, 9
  %r189 = getelementptr float, ptr %a2, i64 %r188
  %r190 = fcmp ogt <8 x float> %r135, splat (float 0x0000000000000000)
  %r191 = fcmp uno <8 x float> %r135, %r135
  %r192 = or <8 x i1> %r190, %r191
  %r193 = select <8 x i1> %r192, <8 x float> %r135, <8 x float> splat (float 0x0000000000000000)
  %r194 = mul i64 %r3, 9
  %r195 = getelementptr float, ptr %a2, i64 %r194
  store <8 x float> %r139, ptr %r141, align 4
  %r196 = getelementptr float, ptr %r147, i64 8
  call void @llvm.masked.store.v8f32.p0(<8 x float> %r145, ptr %r196, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>)
  %r197 = getelementptr float, ptr %r153, i64 9
  store <8 x float> %r151, ptr %r197, align 4
  %r198 = getelementptr float, ptr %r159, i64 17
  call void @llvm.masked.store.v8f32.p0(<8 x float> %r157, ptr %r198, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>)
  %r199 = getelementptr float, ptr %r165, i64 18
  store <8 x float> %r163, ptr %r199, align 4
  %r200 = getelementptr float, ptr %r171, i64 26
  call void @llvm.masked.store.v8f32.p0(<8 x float> %r169, ptr %r200, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>)
  %r201 = getelementptr float, ptr %r177, i64 27
  store <8 x float> %r175, ptr %r201, align 4
  %r202 = getelementptr float, ptr %r183, i64 35
  call void @llvm.masked.store.v8f32.p0(<8 x float> %r181, ptr %r202, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>)
  %r203 = getelementptr float, ptr %r189, i64 36
  store <8 x float> %r187, ptr %r203, align 4
  %r204 = getelementptr float, ptr %r195, i64 44
  call void @llvm.masked.store.v8f32.p0(<8 x float> %r193, ptr %r204, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>)
  %r205 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

declare i32 @sched_yield()

define internal void @meet(ptr %meet, i64 %threads, i64 %thread, i1 %counts) {
entry:
  %alone = icmp eq i64 %threads, 1
  br i1 %alone, label %done, label %come
come:
  %turns = getelementptr i64, ptr %meet, i64 8
  %turn = load atomic i64, ptr %turns seq_cst, align 8
  %were = atomicrmw add ptr %meet, i64 1 seq_cst
  %are = add i64 %were, 1
  %last = icmp eq i64 %are, %threads
  br i1 %last, label %open, label %wait
open:
  store atomic i64 0, ptr %meet seq_cst, align 8
  %next = add i64 %turn, 1
  store atomic i64 %next, ptr %turns seq_cst, align 8
  br label %done
wait:
  %spins = phi i64 [ 0, %come ], [ %more, %again ]
  %now = load atomic i64, ptr %turns seq_cst, align 8
  %opened = icmp ne i64 %now, %turn
  br i1 %opened, label %met, label %spin
spin:
  call void @llvm.x86.sse2.pause()
  %more = add i64 %spins, 1
  %long = icmp ugt i64 %more, 2000
  br i1 %long, label %yield, label %again
yield:
  call i32 @sched_yield()
  br label %again
again:
  br label %wait
met:
  br i1 %counts, label %count, label %done
count:
  %line = mul i64 %thread, 8
  %word = add i64 %line, 24
  %waits_at = getelementptr i64, ptr %meet, i64 %word
  %waits = load i64, ptr %waits_at
  %all = add i64 %waits, %spins
  store i64 %all, ptr %waits_at
  br label %done
done:
  ret void
}

declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)

define internal void @feed(ptr %feed, i64 %step, i64 %begin, i64 %beyond) {
entry:
  %rows_at = getelementptr i64, ptr %feed, i64 1
  %numbers_at = getelementptr i64, ptr %feed, i64 2
  %arrays = load i64, ptr %feed
  %rows = load i64, ptr %rows_at
  %all = load ptr, ptr %numbers_at
  %before = mul i64 %step, %rows
  %numbers = getelementptr i64, ptr %all, i64 %before
  %from = mul i64 %begin, %rows
  %to = mul i64 %beyond, %rows
  %low = udiv i64 %from, 512
  %high = udiv i64 %to, 512
  br label %each
each:
  %array = phi i64 [ 0, %entry ], [ %array_next, %array_done ]
  %left = icmp slt i64 %array, %arrays
  br i1 %left, label %found, label %done
found:
  %third = mul i64 %array, 3
  %offset = add i64 %third, 3
  %entry_at = getelementptr i64, ptr %feed, i64 %offset
  %to_at = getelementptr i64, ptr %entry_at, i64 1
  %bytes_at = getelementptr i64, ptr %entry_at, i64 2
  %source = load ptr, ptr %entry_at
  %target = load ptr, ptr %to_at
  %bytes = load i64, ptr %bytes_at
  br label %row
row:
  %k = phi i64 [ %low, %found ], [ %k_next, %copy ]
  %in = icmp slt i64 %k, %high
  br i1 %in, label %copy, label %array_done
copy:
  %number_at = getelementptr i64, ptr %numbers, i64 %k
  %number = load i64, ptr %number_at
  %source_byte = mul i64 %number, %bytes
  %target_byte = mul i64 %k, %bytes
  %source_row = getelementptr i8, ptr %source, i64 %source_byte
  %target_row = getelementptr i8, ptr %target, i64 %target_byte
  call void @llvm.memmove.p0.p0.i64(ptr %target_row, ptr %source_row, i64 %bytes, i1 false)
  %k_next = add i64 %k, 1
  br label %row
array_done:
  %array_next = add i64 %array, 1
  br label %each
done:
  ret void
}

define void @step(
    ptr %given, ptr %arena, ptr %report, ptr %feed, i64 %steps, i64 %thread, i64 %threads, ptr %meet
) {
entry:
  %mode = alloca i32
  %flushing = alloca i32
  call void @llvm.x86.sse.stmxcsr(ptr %mode)
  %mode_before = load i32, ptr %mode
  %mode_inside = or i32 %mode_before, 32832
  store i32 %mode_inside, ptr %flushing
  call void @llvm.x86.sse.ldmxcsr(ptr %flushing)
  %first = icmp eq i64 %thread, 0
  %alone = icmp eq i64 %threads, 1
  br i1 %alone, label %start, label %beside
beside:
  %cut_at = getelementptr i64, ptr %meet, i64 16
  %cut = load i64, ptr %cut_at
  br label %start
start:
  %mine = phi i64 [ 512, %entry ], [ %cut, %beside ]
  %begin = select i1 %first, i64 0, i64 %mine
  %beyond = select i1 %first, i64 %mine, i64 512
  br label %again
again:
  %step = phi i64 [ 0, %start ], [ %following, %next ]
  %more = icmp slt i64 %step, %steps
  br i1 %more, label %fed, label %end
fed:
  %feeds = icmp ne ptr %feed, null
  br i1 %feeds, label %feeding, label %body
feeding:
  call void @feed(ptr %feed, i64 %step, i64 %begin, i64 %beyond)
  call void @meet(ptr %meet, i64 %threads, i64 %thread, i1 false)
  br label %body
body:
  br i1 %first, label %do_g0, label %done_g0
do_g0:
  %p0_0_slot = getelementptr ptr, ptr %given, i64 1
  %p0_0 = load ptr, ptr %p0_0_slot
  %p0_1 = getelementptr i8, ptr %arena, i64 0
  call void @g0(ptr %p0_0, ptr %p0_1, ptr %report, i64 0, i64 1)
  br label %done_g0
done_g0:
  br i1 %first, label %do_g1, label %done_g1
do_g1:
  %p1_0_slot = getelementptr ptr, ptr %given, i64 0
  %p1_0 = load ptr, ptr %p1_0_slot
  %p1_1 = getelementptr i8, ptr %arena, i64 0
  %p1_2_slot = getelementptr ptr, ptr %given, i64 2
  %p1_2 = load ptr, ptr %p1_2_slot
  call void @g1(ptr %p1_0, ptr %p1_1, ptr %p1_2, ptr %report, i64 0, i64 1)
  br label %done_g1
done_g1:
  call void @meet(ptr %meet, i64 %threads, i64 %thread, i1 false)
  br label %next
next:
  %following = add i64 %step, 1
  br label %again
end:
  call void @llvm.x86.sse.ldmxcsr(ptr %mode)
  ret void
}

