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
  %at1 = phi i64 [ 0, %entry ], [ %r204, %body1 ]
  %c1 = icmp slt i64 %at1, 1
  br i1 %c1, label %body1, label %done1
body1:
  %r2 = mul i64 %at1, 5
  %r3 = mul i64 %r2, 3
  %r4 = getelementptr float, ptr %a0, i64 %r3
  %r5 = load float, ptr %r4
  %r6 = insertelement <8 x float> poison, float %r5, i64 0
  %r7 = shufflevector <8 x float> %r6, <8 x float> poison, <8 x i32> zeroinitializer
  %r8 = load <8 x float>, ptr %a1, align 4
  %r10 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r7, <8 x float> %r8, <8 x float> splat (float 0x0000000000000000))
  %r11 = getelementptr float, ptr %a1, i64 8
  %r12 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %r11, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r14 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r7, <8 x float> %r12, <8 x float> splat (float 0x0000000000000000))
  %r15 = getelementptr float, ptr %r4, i64 3
  %r16 = load float, ptr %r15
  %r17 = insertelement <8 x float> poison, float %r16, i64 0
  %r18 = shufflevector <8 x float> %r17, <8 x float> poison, <8 x i32> zeroinitializer
  %r20 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r18, <8 x float> %r8, <8 x float> splat (float 0x0000000000000000))
  %r22 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r18, <8 x float> %r12, <8 x float> splat (float 0x0000000000000000))
  %r23 = getelementptr float, ptr %r4, i64 6
  %r24 = load float, ptr %r23
  %r25 = insertelement <8 x float> poison, float %r24, i64 0
  %r26 = shufflevector <8 x float> %r25, <8 x float> poison, <8 x i32> zeroinitializer
  %r28 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r26, <8 x float> %r8, <8 x float> splat (float 0x0000000000000000))
  %r30 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r26, <8 x float> %r12, <8 x float> splat (float 0x0000000000000000))
  %r31 = getelementptr float, ptr %r4, i64 9
  %r32 = load float, ptr %r31
  %r33 = insertelement <8 x float> poison, float %r32, i64 0
  %r34 = shufflevector <8 x float> %r33, <8 x float> poison, <8 x i32> zeroinitializer
  %r36 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r34, <8 x float> %r8, <8 x float> splat (float 0x0000000000000000))
  %r38 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r34, <8 x float> %r12, <8 x float> splat (float 0x0000000000000000))
  %r39 = getelementptr float, ptr %r4, i64 12
  %r40 = load float, ptr %r39
  %r41 = insertelement <8 x float> poison, float %r40, i64 0
  %r42 = shufflevector <8 x float> %r41, <8 x float> poison, <8 x i32> zeroinitializer
  %r44 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r42, <8 x float> %r8, <8 x float> splat (float 0x0000000000000000))
  %r46 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r42, <8 x float> %r12, <8 x float> splat (float 0x0000000000000000))
  %r47 = getelementptr float, ptr %r4, i64 1
  %r48 = load float, ptr %r47
  %r49 = insertelement <8 x float> poison, float %r48, i64 0
  %r50 = shufflevector <8 x float> %r49, <8 x float> poison, <8 x i32> zeroinitializer
  %r51 = getelementptr float, ptr %a1, i64 9
  %r52 = load <8 x float>, ptr %r51, align 4
  %r54 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r50, <8 x float> %r52, <8 x float> %r10)
  %r55 = getelementptr float, ptr %a1, i64 17
  %r56 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %r55, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r58 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r50, <8 x float> %r56, <8 x float> %r14)
  %r59 = getelementptr float, ptr %r4, i64 4
  %r60 = load float, ptr %r59
  %r61 = insertelement <8 x float> poison, float %r60, i64 0
  %r62 = shufflevector <8 x float> %r61, <8 x float> poison, <8 x i32> zeroinitializer
  %r64 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r62, <8 x float> %r52, <8 x float> %r20)
  %r66 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r62, <8 x float> %r56, <8 x float> %r22)
  %r67 = getelementptr float, ptr %r4, i64 7
  %r68 = load float, ptr %r67
  %r69 = insertelement <8 x float> poison, float %r68, i64 0
  %r70 = shufflevector <8 x float> %r69, <8 x float> poison, <8 x i32> zeroinitializer
  %r72 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r70, <8 x float> %r52, <8 x float> %r28)
  %r74 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r70, <8 x float> %r56, <8 x float> %r30)
  %r75 = getelementptr float, ptr %r4, i64 10
  %r76 = load float, ptr %r75
  %r77 = insertelement <8 x float> poison, float %r76, i64 0
  %r78 = shufflevector <8 x float> %r77, <8 x float> poison, <8 x i32> zeroinitializer
  %r80 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r78, <8 x float> %r52, <8 x float> %r36)
  %r82 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r78, <8 x float> %r56, <8 x float> %r38)
  %r83 = getelementptr float, ptr %r4, i64 13
  %r84 = load float, ptr %r83
  %r85 = insertelement <8 x float> poison, float %r84, i64 0
  %r86 = shufflevector <8 x float> %r85, <8 x float> poison, <8 x i32> zeroinitializer
  %r88 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r86, <8 x float> %r52, <8 x float> %r44)
  %r90 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r86, <8 x float> %r56, <8 x float> %r46)
  %r91 = getelementptr float, ptr %r4, i64 2
  %r92 = load float, ptr %r91
  %r93 = insertelement <8 x float> poison, float %r92, i64 0
  %r94 = shufflevector <8 x float> %r93, <8 x float> poison, <8 x i32> zeroinitializer
  %r95 = getelementptr float, ptr %a1, i64 18
  %r96 = load <8 x float>, ptr %r95, align 4
  %r98 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r94, <8 x float> %r96, <8 x float> %r54)
  %r99 = getelementptr float, ptr %a1, i64 26
  %r100 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %r99, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r102 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r94, <8 x float> %r100, <8 x float> %r58)
  %r103 = getelementptr float, ptr %r4, i64 5
  %r104 = load float, ptr %r103
  %r105 = insertelement <8 x float> poison, float %r104, i64 0
  %r106 = shufflevector <8 x float> %r105, <8 x float> poison, <8 x i32> zeroinitializer
  %r108 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r106, <8 x float> %r96, <8 x float> %r64)
  %r110 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r106, <8 x float> %r100, <8 x float> %r66)
  %r111 = getelementptr float, ptr %r4, i64 8
  %r112 = load float, ptr %r111
  %r113 = insertelement <8 x float> poison, float %r112, i64 0
  %r114 = shufflevector <8 x float> %r113, <8 x float> poison, <8 x i32> zeroinitializer
  %r116 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r114, <8 x float> %r96, <8 x float> %r72)
  %r118 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r114, <8 x float> %r100, <8 x float> %r74)
  %r119 = getelementptr float, ptr %r4, i64 11
  %r120 = load float, ptr %r119
  %r121 = insertelement <8 x float> poison, float %r120, i64 0
  %r122 = shufflevector <8 x float> %r121, <8 x float> poison, <8 x i32> zeroinitializer
  %r124 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r122, <8 x float> %r96, <8 x float> %r80)
  %r126 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r122, <8 x float> %r100, <8 x float> %r82)
  %r127 = getelementptr float, ptr %r4, i64 14
  %r128 = load float, ptr %r127
  %r129 = insertelement <8 x float> poison, float %r128, i64 0
  %r130 = shufflevector <8 x float> %r129, <8 x float> poison, <8 x i32> zeroinitializer
  %r132 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r130, <8 x float> %r96, <8 x float> %r88)
  %r134 = call <8 x float> @llvm.fma.v8f32(<8 x float> %r130, <8 x float> %r100, <8 x float> %r90)
  %r135 = fcmp ogt <8 x float> %r98, splat (float 0x0000000000000000)
  %r136 = fcmp uno <8 x float> %r98, %r98
  %r137 = or <8 x i1> %r135, %r136
  %r138 = select <8 x i1> %r137, <8 x float> %r98, <8 x float> splat (float 0x0000000000000000)
  %r139 = mul i64 %r2, 9
  %r140 = getelementptr float, ptr %a2, i64 %r139
  store <8 x float> %r138, ptr %r140, align 4
  %r141 = fcmp ogt <8 x float> %r102, splat (float 0x0000000000000000)
  %r142 = fcmp uno <8 x float> %r102, %r102
  %r143 = or <8 x i1> %r141, %r142
  %r144 = select <8 x i1> %r143, <8 x float> %r102, <8 x float> splat (float 0x0000000000000000)
  %r145 = mul i64 %r2, 9
  %r146 = getelementptr float, ptr %a2, i64 %r145
  %r147 = getelementptr float, ptr %r146, i64 8
  call void @llvm.masked.store.v8f32.p0(<8 x float> %r144, ptr %r147, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>)
  %r148 = fcmp ogt <8 x float> %r108, splat (float 0x0000000000000000)
  %r149 = fcmp uno <8 x float> %r108, %r108
  %r150 = or <8 x i1> %r148, %r149
  %r151 = select <8 x i1> %r150, <8 x float> %r108, <8 x float> splat (float 0x0000000000000000)
  %r152 = mul i64 %r2, 9
  %r153 = getelementptr float, ptr %a2, i64 %r152
  %r154 = getelementptr float, ptr %r153, i64 9
  store <8 x float> %r151, ptr %r154, align 4
  %r155 = fcmp ogt <8 x float> %r110, splat (float 0x0000000000000000)
  %r156 = fcmp uno <8 x float> %r110, %r110
  %r157 = or <8 x i1> %r155, %r156
  %r158 = select <8 x i1> %r157, <8 x float> %r110, <8 x float> splat (float 0x0000000000000000)
  %r159 = mul i64 %r2, 9
  %r160 = getelementptr float, ptr %a2, i64 %r159
  %r161 = getelementptr float, ptr %r160, i64 17
  call void @llvm.masked.store.v8f32.p0(<8 x float> %r158, ptr %r161, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>)
  %r162 = fcmp ogt <8 x float> %r116, splat (float 0x0000000000000000)
  %r163 = fcmp uno <8 x float> %r116, %r116
  %r164 = or <8 x i1> %r162, %r163
  %r165 = select <8 x i1> %r164, <8 x float> %r116, <8 x float> splat (float 0x0000000000000000)
  %r166 = mul i64 %r2, 9
  %r167 = getelementptr float, ptr %a2, i64 %r166
  %r168 = getelementptr float, ptr %r167, i64 18
  store <8 x float> %r165, ptr %r168, align 4
  %r169 = fcmp ogt <8 x float> %r118, splat (float 0x0000000000000000)
  %r170 = fcmp uno <8 x float> %r118, %r118
  %r171 = or <8 x i1> %r169, %r170
  %r172 = select <8 x i1> %r171, <8 x float> %r118, <8 x float> splat (float 0x0000000000000000)
  %r173 = mul i64 %r2, 9
  %r174 = getelementptr float, ptr %a2, i64 %r173
  %r175 = getelementptr float, ptr %r174, i64 26
  call void @llvm.masked.store.v8f32.p0(<8 x float> %r172, ptr %r175, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>)
  %r176 = fcmp ogt <8 x float> %r124, splat (float 0x0000000000000000)
  %r177 = fcmp uno <8 x float> %r124, %r124
  %r178 = or <8 x i1> %r176, %r177
  %r179 = select <8 x i1> %r178, <8 x float> %r124, <8 x float> splat (float 0x0000000000000000)
  %r180 = mul i64 %r2, 9
  %r181 = getelementptr float, ptr %a2, i64 %r180
  %r182 = getelementptr float, ptr %r181, i64 27
  store <8 x float> %r179, ptr %r182, align 4
  %r183 = fcmp ogt <8 x float> %r126, splat (float 0x0000000000000000)
  %r184 = fcmp uno <8 x float> %r126, %r126
  %r185 = or <8 x i1> %r183, %r184
  %r186 = select <8 x i1> %r185, <8 x float> %r126, <8 x float> splat (float 0x0000000000000000)
  %r187 = mul i64 %r2, 9
  %r188 = getelementptr float, ptr %a2, i64 %r187
  %r189 = getelementptr float, ptr %r188, i64 35
  call void @llvm.masked.store.v8f32.p0(<8 x float> %r186, ptr %r189, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>)
  %r190 = fcmp ogt <8 x float> %r132, splat (float 0x0000000000000000)
  %r191 = fcmp uno <8 x float> %r132, %r132
  %r192 = or <8 x i1> %r190, %r191
  %r193 = select <8 x i1> %r192, <8 x float> %r132, <8 x float> splat (float 0x0000000000000000)
  %r194 = mul i64 %r2, 9
  %r195 = getelementptr float, ptr %a2, i64 %r194
  %r196 = getelementptr float, ptr %r195, i64 36
  store <8 x float> %r193, ptr %r196, align 4
  %r197 = fcmp ogt <8 x float> %r134, splat (float 0x0000000000000000)
  %r198 = fcmp uno <8 x float> %r134, %r134
  %r199 = or <8 x i1> %r197, %r198
  %r200 = select <8 x i1> %r199, <8 x float> %r134, <8 x float> splat (float 0x0000000000000000)
  %r201 = mul i64 %r2, 9
  %r202 = getelementptr float, ptr %a2, i64 %r201
  %r203 = getelementptr float, ptr %r202, i64 44
  call void @llvm.masked.store.v8f32.p0(<8 x float> %r200, ptr %r203, i32 4, <8 x i1> <i1 true, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false, i1 false>)
  %r204 = add i64 %at1, 1
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

